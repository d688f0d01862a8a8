"""A page that shows the API's description to people: ours, one file, nothing fetched from elsewhere."""


def docs_page() -> str:
    return _PAGE


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kopilka: the head office's API</title>
<style>
 :root { color-scheme: light dark; }
 body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
 details { border: 1px solid #8886; border-radius: 6px; margin: .5rem 0; padding: .4rem .8rem; }
 summary { cursor: pointer; } code { font-size: .95em; } b { display: inline-block; min-width: 3.5em; }
 pre { overflow: auto; background: #8882; padding: .8rem; border-radius: 6px; }
</style></head><body>
<h1>Kopilka: the head office's API</h1><p id="about"></p>
<h2>Requests</h2><div id="paths"></div><h2>Types</h2><div id="types"></div>
<p><a href="/openapi.json">openapi.json</a></p>
<script>
const block = (title, value) => {
  const details = document.createElement("details"), summary = document.createElement("summary");
  summary.append(...title);
  const pre = document.createElement("pre");
  pre.textContent = JSON.stringify(value, null, 2);
  details.append(summary, pre);
  return details;
};
const tag = (name, text) => { const made = document.createElement(name); made.textContent = text; return made; };
fetch("/openapi.json").then((answer) => answer.json()).then((api) => {
  document.getElementById("about").textContent = api.info.description;
  for (const [path, methods] of Object.entries(api.paths))
    for (const [method, operation] of Object.entries(methods))
      document.getElementById("paths").append(
        block([tag("b", method.toUpperCase()), " ", tag("code", path), " " + operation.summary], operation));
  for (const [name, schema] of Object.entries(api.components.schemas))
    document.getElementById("types").append(block([tag("code", name)], schema));
});
</script></body></html>
"""
