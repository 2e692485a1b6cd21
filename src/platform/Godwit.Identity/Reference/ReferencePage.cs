using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Identity.Site.Assets;
using Godwit.Identity.Site.Markup;

namespace Godwit.Identity.Reference;

/// <summary>The document as a page: every operation with what it takes, gives and refuses.</summary>
internal static class ReferencePage
{
    private static readonly JsonSerializerOptions s_readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Html Of(IReadOnlyList<DescribedRoute> routes, JsonObject document, string service)
    {
        var groups = routes.GroupBy(r => r.Group).ToList();
        var schemas = (JsonObject)document["components"]!["schemas"]!;
        return Html.Of($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>API reference · {service}</title>
            <link rel="icon" href="{SiteAssets.Icon.Path}" type="image/svg+xml">
            <link rel="stylesheet" href="{SiteAssets.Style.Path}">
            </head>
            <body class="inside reference">
            <a class="skip" href="#main">To the content</a>
            <header><a class="brand" href="/docs"><span class="mark" aria-hidden="true"></span>{service}</a><a href="/v1/openapi.json">openapi.json</a></header>
            <div class="room">
            <nav aria-label="Parts of the API"><ul>{groups.Select((g, i) => Html.Of($"<li><a href=\"#part-{i + 1}\">{g.Key}</a></li>"))}<li><a href="#shapes">Shapes</a></li></ul></nav>
            <main id="main">
            <h1>API reference</h1>
            <p class="lead">Show the access token as <code>Authorization: Bearer</code>. Browsers may hold it in a cookie instead: send <code>X-Session-Transport: cookie</code> when signing in, and the header <code>X-CSRF-Token</code> with whatever changes something. Errors are problem details.</p>
            {groups.Select((g, i) => Html.Of($"<section id=\"part-{i + 1}\"><h2 class=\"part\">{g.Key}</h2>{g.Select(r => Operation(r, document))}</section>"))}
            <section id="shapes"><h2 class="part">Shapes</h2>{schemas.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => Shape(s.Key, (JsonObject)s.Value!))}</section>
            </main>
            </div>
            </body>
            </html>

            """);
    }

    private static Html Operation(DescribedRoute route, JsonObject document)
    {
        var operation = (JsonObject)document["paths"]![route.Path]![route.Method.ToLowerInvariant()]!;
        var (taken, given) = (operation["requestBody"]?["content"]?["application/json"], (JsonObject)operation["responses"]!);
        return Html.Of($"""
            <article class="card" id="{route.Id}">
            <h3><span class="method {route.Method.ToLowerInvariant()}">{route.Method}</span> <code>{route.Path}</code></h3>
            <p>{route.Description.Summary}.{(operation["description"] is { } more ? $" {more}" : "")}</p>
            <p class="quiet">{(route.Public ? "For everybody." : "Needs a session.")}</p>
            {(route.Description.Query.Count == 0 ? Html.None : Html.Of($"<dl class=\"facts\">{route.Description.Query.Select(q => Html.Of($"<div><dt><code>?{q.Name}=</code></dt><dd>{q.Meaning}</dd></div>"))}</dl>"))}
            {(taken is null ? Html.None : Html.Of($"<h4>Takes {Name(taken["schema"])}</h4>"))}
            {(taken?["example"] is { } example ? Html.Of($"<pre>{example.ToJsonString(s_readable)}</pre>") : Html.None)}
            <h4>Answers</h4>
            <ul class="answers">{given.Select(a => Html.Of($"<li><strong>{a.Key}</strong> {(string?)a.Value!["description"]} {Name(((JsonObject?)a.Value["content"])?.FirstOrDefault().Value?["schema"])}</li>"))}</ul>
            </article>
            """);
    }

    private static Html Shape(string name, JsonObject schema)
    {
        var required = schema["required"] is JsonArray needed ? needed.Select(n => (string)n!).ToHashSet(StringComparer.Ordinal) : [];
        return Html.Of($"""
            <article class="card" id="shape-{name}">
            <h3><code>{name}</code></h3>
            <dl class="facts">{(schema["properties"] as JsonObject ?? []).Select(p => Html.Of($"<div><dt><code>{p.Key}</code>{(required.Contains(p.Key) ? Html.None : Html.Of($" <span class=\"aside\">optional</span>"))}</dt><dd>{Kind(p.Value)}</dd></div>"))}</dl>
            </article>
            """);
    }

    private static Html Name(JsonNode? schema) => schema switch
    {
        null => Html.None,
        _ when (string?)schema["$ref"] is { } reference => Html.Of($"<a href=\"#shape-{reference[(reference.LastIndexOf('/') + 1)..]}\"><code>{reference[(reference.LastIndexOf('/') + 1)..]}</code></a>"),
        _ when schema["anyOf"] is JsonArray any => Html.Join(any.Select((a, i) => Html.Of($"{(i == 0 ? "" : " or ")}{Name(a)}"))),
        _ when schema["items"] is { } items => Html.Of($"a list of {Name(items)}"),
        _ => Html.None,
    };

    private static string Kind(JsonNode? schema)
    {
        if (schema is not JsonObject node) return "anything";
        var words = node["type"] switch { JsonArray several => several.Select(t => (string)t!).Where(t => t != "null"), JsonValue one => [(string)one!], _ => ["anything"] };
        var text = string.Join(" or ", words);
        if ((string?)node["format"] is { } format) text = string.Create(CultureInfo.InvariantCulture, $"{text} ({format})");
        return node["items"] is JsonObject items ? $"list of {Kind(items)}" : text;
    }
}
