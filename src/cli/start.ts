/** `gtc start`: runs the gateway on a bundle until it is told to stop. */
import { startGateway } from "../gateway.ts";
import { urlTable } from "../setup/index.ts";
import { BundleReloader } from "./bundle-reloader.ts";
import { defineCommand, UsageFault } from "./command.ts";
import { findingsOf } from "./doctor.ts";
import { GatewayConsole } from "./gateway-console.ts";
import { configFor, folderOf, soundBundle } from "./load.ts";
import { flag, integer, oneOf, optional, text } from "./options.ts";
import { bannerText } from "./start-banner.ts";
import { watchBundle, watchSetup } from "./watch-bundle.ts";
import { watchFiles } from "./watch-files.ts";

const PORTS = { min: 0, max: 65_535 };

export const start = defineCommand({
  name: "start",
  summary: "Receive webhooks and run the flows of a bundle",
  description:
    "Verifies, stores and answers webhooks and runs the flows that they trigger, until SIGINT or SIGTERM; then finishes what is under way. Every setting of the gateway can also be a line of gtc.yaml or a variable GTC_….",
  examples: [
    "gtc start ./my-bundle",
    "gtc start ./my-bundle --watch",
    "gtc start ./my-bundle --port 9000 --log-format json",
  ],
  args: { bundle: optional("The bundle's folder; by default the current one") },
  options: {
    host: text("HOST", "Address on which webhooks are received (127.0.0.1)"),
    port: integer("PORT", "Port on which webhooks are received (8080)", PORTS),
    "admin-host": text(
      "HOST",
      "Address of the inspector and the admin API (127.0.0.1); the token is asked for anywhere",
    ),
    "admin-port": integer("PORT", "Port of health, metrics, the inspector and the admin API (8081)", PORTS),
    watch: flag("Load flows again when they change; settings and secrets are taken over in any case"),
    verbose: flag("Say more: runs that succeed, requests of which nothing is kept, and the details of every line"),
    quiet: flag("Only say what is wrong"),
    "log-format": oneOf(
      ["pretty", "json"],
      "How the log is written; pretty on a terminal, else json. With json, an error that keeps it from starting is JSON as well",
    ),
  },
  run: async (context, { args, options }) => {
    if (options.quiet && options.verbose) throw new UsageFault("--quiet and --verbose exclude each other");
    const folder = folderOf(context, args.bundle);
    const config = await configFor(context, folder, {
      host: options.host,
      port: options.port?.toString(),
      admin_host: options["admin-host"],
      admin_port: options["admin-port"]?.toString(),
      log_format: options["log-format"],
    });
    // Where the file asks for it; the words and the environment were looked at before.
    if (config.logFormat === "json") context.tellErrorsAsJson();
    // Watched before it is read, so that no edit falls in between.
    await using changes = await (options.watch ? watchBundle(folder) : watchSetup(folder));
    const bundle = await soundBundle(context, folder, config);
    const output = new GatewayConsole(context, {
      folder,
      format: config.logFormat,
      level: options.verbose ? "debug" : options.quiet ? "warn" : config.logLevel,
    });
    const keyText = context.env["GTC_KEY"];
    const stopped = context.untilStopped();
    context.outliveOutput();
    await using gateway = await startGateway({
      bundle,
      config,
      env: context.env,
      ...(keyText !== undefined && { keyText }),
      version: context.version,
      doctor: (self) => findingsOf(context, folder, self),
      onRequest: (record) => output.request(record),
      onRunOver: (over) => output.runOver(over),
      onFault: (what, fault) => output.fault(what, fault),
      onNotice: (notice) => output.notice(notice),
    });
    await using reloader = new BundleReloader({ context, config, gateway, output, bundle, withFlows: options.watch });
    changes.tell(
      () => reloader.reload(),
      (fault) => output.fault("watching the bundle for changes", fault),
    );
    const stopFiles = watchFiles(
      () => reloader.secretFiles,
      () => reloader.reloadSecrets(),
    );
    for (const warning of bundle.diagnostics) output.mistake(warning);
    if (!options.quiet) output.banner(bannerText(gateway, urlTable(bundle), bundle, context), gateway.addresses);
    await stopped;
    output.say("Stopping: finishing what is under way. A second signal cuts that short.");
    void context.untilStopped().then(() => gateway.hurry());
    await Promise.all([stopFiles(), changes[Symbol.asyncDispose]()]);
    return 0;
  },
});
