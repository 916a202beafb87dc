// Draws the API's reference from the cloud's own OpenAPI document. Nothing comes from elsewhere, so it works offline.

const DEEPEST = 4;

const api = await (await fetch("/openapi.json")).json();

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

function resolved(schema) {
  const path = schema?.$ref?.split("/").slice(1);
  return path ? path.reduce((found, part) => found[part], api) : schema;
}

// What a value of this schema looks like, in words short enough to stand where the value would.
function shape(schema, depth = 0) {
  const found = resolved(schema) ?? {};
  if (found.enum) return found.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (found.const !== undefined) return JSON.stringify(found.const);
  if (found.anyOf) return found.anyOf.map((part) => shape(part, depth)).join(" | ");
  if (found.type === "array") return `[${shape(found.items, depth)}, …]`;
  if (found.type !== "object") return found.format ?? found.type ?? "anything";
  if (!found.properties || depth >= DEEPEST) return "{…}";
  const pad = "  ".repeat(depth + 1);
  const lines = Object.entries(found.properties).map(([name, property]) => {
    const optional = found.required?.includes(name) ? "" : "?";
    return `${pad}${name}${optional}: ${shape(property, depth + 1)}`;
  });
  return `{\n${lines.join("\n")}\n${"  ".repeat(depth)}}`;
}

function body(title, content) {
  const kinds = Object.entries(content ?? {});
  if (kinds.length === 0) return [];
  const [[kind, { schema }]] = kinds;
  const names = kinds.map(([name]) => name).join(", ");
  return [element("h3", {}, `${title} (${names})`), schema && kind ? element("pre", {}, shape(schema)) : ""];
}

function table(title, rows) {
  if (rows.length === 0) return [];
  const drawn = rows.map(([name, text]) =>
    element("tr", {}, element("td", {}, element("code", {}, name)), element("td", {}, text)),
  );
  return [element("h3", {}, title), element("table", {}, ...drawn)];
}

function operation(path, method, told) {
  const parameters = (told.parameters ?? []).map((one) => [
    `${one.name}${one.required ? "" : "?"}`,
    [shape(one.schema), `in ${one.in}`, one.description].filter(Boolean).join(" · "),
  ]);
  const answers = Object.entries(told.responses).map(([status, answer]) => [status, answer.description]);
  const good = Object.entries(told.responses).find(([status]) => status.startsWith("2"))?.[1];
  return element(
    "details",
    { id: told.operationId },
    element(
      "summary",
      {},
      element("span", { class: "method" }, method.toUpperCase()),
      element("span", { class: "path" }, path),
      element("span", {}, told.summary ?? ""),
    ),
    element(
      "div",
      { class: "told" },
      element("p", {}, told.description ?? ""),
      ...table("Parameters", parameters),
      ...body("Body", resolved(told.requestBody)?.content),
      ...table("Answers", answers),
      ...body("What comes back", good?.content),
    ),
  );
}

const groups = new Map();
for (const [path, methods] of Object.entries(api.paths)) {
  for (const [method, told] of Object.entries(methods)) {
    const group = told.tags?.[0] ?? "other";
    groups.set(group, [...(groups.get(group) ?? []), operation(path, method, told)]);
  }
}

document.getElementById("about").textContent = `${api.info.description} Version ${api.info.version}.`;
document
  .getElementById("operations")
  .replaceChildren(...[...groups].flatMap(([name, operations]) => [element("h2", {}, name), ...operations]));
