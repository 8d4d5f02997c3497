import type { ViewProps } from "../../shell/routes.ts";

export default function LiveView({ rest }: ViewProps) {
  return <p>{rest}</p>;
}
