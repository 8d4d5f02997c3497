/** The schemes that a spec cannot express, one file each. */
import type { CompiledScheme, SchemeContext } from "../compiled-scheme.ts";
import { adyen } from "./adyen.ts";
import { atlassianConnect } from "./atlassian-connect.ts";
import { awsSns } from "./aws-sns.ts";
import { braintree } from "./braintree.ts";
import { cloudinary, cloudinarySha1 } from "./cloudinary.ts";
import { compileCodedMac, type CodedMac } from "./coded-mac.ts";
import { contentful } from "./contentful.ts";
import { easypost } from "./easypost.ts";
import { grafana } from "./grafana.ts";
import { hook0 } from "./hook0.ts";
import { hubspotV3 } from "./hubspot-v3.ts";
import { hygraph } from "./hygraph.ts";
import { msGraph } from "./ms-graph.ts";
import { paypal } from "./paypal.ts";
import { truelayer } from "./truelayer.ts";
import { twilio } from "./twilio.ts";

export type { CodedMac } from "./coded-mac.ts";

type Build<T> = (context: SchemeContext) => T;

const MACS: ReadonlyMap<string, Build<CodedMac>> = new Map(
  Object.entries({
    cloudinary: cloudinarySha1,
    contentful,
    easypost,
    grafana,
    hook0,
    "hubspot-v3": hubspotV3,
    hygraph,
    twilio,
  }),
);

const OTHERS: ReadonlyMap<string, Build<CompiledScheme>> = new Map(
  Object.entries({
    adyen,
    "atlassian-connect": atlassianConnect,
    "aws-sns": awsSns,
    braintree,
    cloudinary,
    "ms-graph": msGraph,
    paypal,
    truelayer,
  }),
);

/** The MAC of a coded scheme, if it is one: what signing needs. */
export function codedMac(name: string, context: SchemeContext): CodedMac | undefined {
  return MACS.get(name)?.(context);
}

/** @throws SyntaxError when a key is not in form */
export function compileCoded(name: string, context: SchemeContext): CompiledScheme {
  const other = OTHERS.get(name);
  if (other !== undefined) return other(context);
  const mac = codedMac(name, context);
  if (mac === undefined) throw new SyntaxError(`there is no coded scheme ${JSON.stringify(name)}`);
  return compileCodedMac(mac, context);
}
