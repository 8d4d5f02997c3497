/** The schemes that a spec cannot express, one file each. */
import type { CompiledScheme, SchemeContext } from "../compiled-scheme.ts";
import { adyen } from "./adyen.ts";
import { atlassianConnect } from "./atlassian-connect.ts";
import { awsSns } from "./aws-sns.ts";
import { braintree } from "./braintree.ts";
import { cloudinary } from "./cloudinary.ts";
import { contentful } from "./contentful.ts";
import { easypost } from "./easypost.ts";
import { grafana } from "./grafana.ts";
import { hubspotV3 } from "./hubspot-v3.ts";
import { hygraph } from "./hygraph.ts";
import { msGraph } from "./ms-graph.ts";
import { paypal } from "./paypal.ts";
import { truelayer } from "./truelayer.ts";
import { twilio } from "./twilio.ts";

export type CodedScheme = (context: SchemeContext) => CompiledScheme;

export const CODED_SCHEMES: ReadonlyMap<string, CodedScheme> = new Map(
  Object.entries({
    adyen,
    "atlassian-connect": atlassianConnect,
    "aws-sns": awsSns,
    braintree,
    cloudinary,
    contentful,
    easypost,
    grafana,
    "hubspot-v3": hubspotV3,
    hygraph,
    "ms-graph": msGraph,
    paypal,
    truelayer,
    twilio,
  }),
);
