/**
 * A URL and the body behind it, signed side by side (Square, HubSpot): the beginning of the body could be taken for the end of
 * the query, and the other way round, so that a request which was seen came again as another.
 */
import { refuse, type Refusal } from "./compiled-scheme.ts";
import { utf8Text } from "./encoding.ts";
import type { RequestView } from "./request-view.ts";

/** More brackets than any URL has: each is a place where the body could have begun. */
const MAX_BRACKETS = 100;

/** Whether a content holds the URL with the body right behind it. */
export function joinsUrlAndBody(content: string): boolean {
  return /\{(?:url|pathquery|url:[^{}]+)\}\{(?:decoded-)?body\}/.test(content);
}

/**
 * Why it is not certain where the URL of a verified request ends. It is where the URL is the configured one, where there is no
 * query, and where the body is JSON that no part of the query belongs to.
 */
export function urlEndFault({ request }: RequestView, configuredUrl: string | undefined): Refusal | undefined {
  const { url, rawBody } = request;
  if (url === configuredUrl) return undefined;
  const mark = url.indexOf("?");
  const isQueryInBody = rawBody[0] === QUESTION_MARK;
  if (mark < 0 && !isQueryInBody) return undefined;
  const body = utf8Text(rawBody);
  const isBody = body !== undefined && (body === "" || isJson(body));
  return isBody && !isContinued(url.slice(mark + 1), body) ? undefined : UNCERTAIN;
}

const QUESTION_MARK = "?".charCodeAt(0);

const UNCERTAIN = refuse(
  "signature_malformed",
  "the signature is over the URL and the body behind it, and what is the query's may be the body's: name the URL as it is configured at the provider in `url`",
);

/** Whether a part of the query is where the JSON of the body begins. */
function isContinued(query: string, body: string): boolean {
  const brackets = [...query.matchAll(/[[{]/g)];
  return brackets.length > MAX_BRACKETS || brackets.some(({ index }) => isJson(query.slice(index) + body));
}

/** Objects and lists alone: providers send nothing else, and a query may end in a number. */
function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
