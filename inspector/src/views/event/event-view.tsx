import type { ViewProps } from "../../shell/routes.ts";

export default function EventView({ rest }: ViewProps) {
  return <p>{rest}</p>;
}
