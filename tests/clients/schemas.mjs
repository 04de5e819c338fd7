// Holds answers and stream events against OpenAI's published schemas (schemas/openai.json says which edition).
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

const published = JSON.parse(readFileSync(new URL("schemas/openai.json", import.meta.url)));
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema(published, "openai");

// A union of many events would report every branch: the event's own schema is chosen by its type first.
const events = new Map();
for (const { $ref } of published.components.schemas.ResponseStreamEvent.anyOf) {
  const name = $ref.split("/").at(-1);
  const type = published.components.schemas[name].properties?.type?.enum?.[0];
  if (type) events.set(type, name);
}

export function breaches(name, value) {
  const validate = ajv.getSchema(`openai#/components/schemas/${name}`);
  if (validate(value)) return [];
  return validate.errors.map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
}

export function eventBreaches(event) {
  const name = events.get(event.type);
  return name ? breaches(name, event) : [`no event of type ${event.type} is published`];
}
