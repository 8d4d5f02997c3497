import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createServer, type AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createGuardedFetch, isPublicAddress } from "./guarded-fetch.ts";

const never = new AbortController().signal;

test.each([
  "127.0.0.1",
  "10.1.2.3",
  "172.31.0.1",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "0.0.0.0",
  "224.0.0.1",
  "255.255.255.255",
  "::1",
  "::",
  "fe80::1",
  "fd00::1",
  "ff02::1",
  "::ffff:10.0.0.1",
  "::ffff:7f00:1",
  "2002:7f00:1::",
  "2001:0:7f00:1::",
  "64:ff9b:1::7f00:1",
  "::ffff:0:127.0.0.1",
  "fec0::1",
  "3fff::1",
  "192.88.99.1",
])("%s is inside", (address) => expect(isPublicAddress(address)).toBe(false));

test.each(["8.8.8.8", "52.95.110.1", "2600:1f18::1", "2001:200::1", "2001:4860:4860::8888", "::ffff:8.8.8.8"])(
  "%s is public",
  (address) => expect(isPublicAddress(address)).toBe(true),
);

test("a name that leads inside is not connected to, whatever else it leads to", async () => {
  const server = createServer();
  let connections = 0;
  server.on("connection", (socket) => {
    connections += 1;
    socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const resolve = async (): Promise<string[]> => ["8.8.8.8", "127.0.0.1"];
  await expect(createGuardedFetch({ resolve })(`https://keys.example:${port}/jwks`, never)).rejects.toThrow(
    "no address of the public internet",
  );
  await expect(createGuardedFetch()(`https://127.0.0.1:${port}/jwks`, never)).rejects.toThrow(
    "no address of the public internet",
  );
  await expect(createGuardedFetch()(`https://[::1]:${port}/jwks`, never)).rejects.toThrow(
    "no address of the public internet",
  );
  server.close();
  expect(connections).toBe(0);
});

test("the signal also ends the wait for a host's name", async () => {
  const resolve = (): Promise<readonly string[]> => new Promise(() => undefined);
  const abort = new AbortController();
  const fetched = createGuardedFetch({ resolve })("https://keys.example/jwks", abort.signal);
  abort.abort(new Error("it took too long"));
  await expect(fetched).rejects.toThrow("it took too long");
});

test("only https is fetched", async () => {
  await expect(createGuardedFetch()("http://keys.example/jwks", never)).rejects.toThrow("only https");
});

describe("over TLS", () => {
  const fixture = (name: string): string =>
    readFileSync(new URL(`../../test/fixtures/keys.example.${name}.pem`, import.meta.url), "utf8");
  const ca = fixture("cert");
  const withoutTrust = {
    resolve: async (): Promise<string[]> => ["127.0.0.1"],
    isAllowed: (address: string): boolean => address === "127.0.0.1",
  };
  const toThisMachine = { ...withoutTrust, ca };
  let close: () => void = () => undefined;
  afterEach(() => close());

  async function serve(answer: RequestListener): Promise<number> {
    const server = createTlsServer({ key: fixture("key"), cert: ca }, answer);
    close = () => {
      server.closeAllConnections();
      server.close();
    };
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  test("a question is posted as JSON to the host that was meant, and its answer comes back", async () => {
    const arrived: unknown[] = [];
    const port = await serve((request, response) => {
      const { method, url, headers } = request;
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        arrived.push({ method, url, host: headers.host, type: headers["content-type"], body: Buffer.concat(chunks) });
        response.end(`{"key":"ä"}`);
      });
    });
    const question = JSON.stringify({ key_id: "ä-1" });
    const answer = await createGuardedFetch(toThisMachine)(`https://keys.example:${port}/get?x=1`, never, question);
    expect(answer).toBe(`{"key":"ä"}`);
    expect(arrived).toEqual([
      {
        method: "POST",
        url: "/get?x=1",
        host: `keys.example:${port}`,
        type: "application/json",
        body: Buffer.from(question),
      },
    ]);
  });

  test("without a question it is a GET without a body", async () => {
    const port = await serve((request, response) => {
      response.end(`${request.method} ${request.headers["content-length"] ?? "nothing"}`);
    });
    expect(await createGuardedFetch(toThisMachine)(`https://keys.example:${port}/`, never)).toBe("GET nothing");
  });

  test("where the first address of a host does not answer, the next is asked", async () => {
    const port = await serve((_request, response) => {
      response.end("here");
    });
    const resolve = async (): Promise<string[]> => ["127.0.0.2", "127.0.0.1"];
    const options = { resolve, ca, isAllowed: (address: string): boolean => address.startsWith("127.0.0.") };
    expect(await createGuardedFetch(options)(`https://keys.example:${port}/`, never)).toBe("here");
  });

  test.each([
    ["whoever has a certificate that nobody vouches for", withoutTrust, "keys.example", "self-signed"],
    ["whoever has the certificate of another host", toThisMachine, "other.example", "does not match"],
  ])("%s gets nothing", async (_what, options, host, message) => {
    let requests = 0;
    const port = await serve((_request, response) => {
      requests += 1;
      response.end();
    });
    await expect(createGuardedFetch(options)(`https://${host}:${port}/`, never, '{"secret":"s"}')).rejects.toThrow(
      message,
    );
    expect(requests).toBe(0);
  });

  test("a redirect is not followed, and an answer without end is cut", async () => {
    const port = await serve((request, response) => {
      if (request.url === "/moved") response.writeHead(302, { location: "https://127.0.0.1/" }).end();
      else {
        const more = (): void => {
          while (response.write("x".repeat(16_384)));
        };
        response.on("drain", more);
        more();
      }
    });
    const fetchText = createGuardedFetch({ ...toThisMachine, maxBytes: 100_000 });
    await expect(fetchText(`https://keys.example:${port}/moved`, never)).rejects.toThrow("answered 302");
    await expect(fetchText(`https://keys.example:${port}/endless`, never)).rejects.toThrow("more than 100000 bytes");
  });

  test("the signal ends a question that is not answered", async () => {
    const port = await serve(() => undefined);
    const given = AbortSignal.timeout(100);
    await expect(createGuardedFetch(toThisMachine)(`https://keys.example:${port}/`, given, "{}")).rejects.toThrow(
      "aborted",
    );
  });
});
