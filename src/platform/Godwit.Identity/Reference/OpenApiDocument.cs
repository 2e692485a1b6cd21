using System.Globalization;
using System.Text.Json.Nodes;
using Godwit.Identity.Browsers;

namespace Godwit.Identity.Reference;

/// <summary>The service for programs (OpenAPI 3.1): made of what the routes say of themselves, so that none is missing and none is told that is not there.</summary>
internal static class OpenApiDocument
{
    public static JsonObject Of(IReadOnlyList<DescribedRoute> routes, string service, string? url)
    {
        var book = new SchemaBook();
        var paths = new JsonObject();
        foreach (var route in routes)
        {
            if (paths[route.Path] is not JsonObject path) paths[route.Path] = path = [];
            path[route.Method.ToLowerInvariant()] = Operation(route, book);
        }
        var schemas = book.Schemas;
        schemas["Problem"] = Problem();
        var document = new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = service, ["version"] = "1", ["description"] = "Accounts, sessions, second factors, devices, consents and what people may ask about their own data. Errors are problem details (RFC 9457)." },
            ["tags"] = new JsonArray([.. routes.Select(r => r.Group).Distinct().Select(g => (JsonNode)new JsonObject { ["name"] = g })]),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["bearerFormat"] = "JWT", ["description"] = "The access token. It needs no CSRF token." },
                    ["cookie"] = new JsonObject { ["type"] = "apiKey", ["in"] = "cookie", ["name"] = SessionCookies.Access, ["description"] = $"For browsers that signed in with {SessionTransport.Header}: cookie." },
                    ["csrf"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = BrowserGuard.Header, ["description"] = $"The cookie {SessionCookies.Csrf}, with whatever changes something by a cookie." },
                },
            },
        };
        if (url is not null) document["servers"] = new JsonArray(new JsonObject { ["url"] = url.TrimEnd('/') });
        return document;
    }

    private static JsonObject Operation(DescribedRoute route, SchemaBook book)
    {
        var said = route.Description;
        var operation = new JsonObject { ["operationId"] = route.Id, ["summary"] = said.Summary, ["tags"] = new JsonArray((JsonNode)route.Group) };
        if (More(route) is { } more) operation["description"] = more;
        if (Parameters(route) is { Count: > 0 } parameters) operation["parameters"] = parameters;
        if (said.Takes is { } takes)
        {
            var content = new JsonObject { ["schema"] = book.Refer(takes, said.Needs) };
            if (said.Example is { } example) content["example"] = JsonNode.Parse(example);
            operation["requestBody"] = new JsonObject { ["required"] = !said.MayTakeNothing, ["content"] = new JsonObject { ["application/json"] = content } };
        }
        operation["responses"] = Responses(route, book);
        operation["security"] = route.Public ? [] : Security(route.Method);
        return operation;
    }

    private static string? More(DescribedRoute route)
    {
        var parts = new[] { route.Description.More, route.Permission is { } permission ? $"Needs the permission {permission}." : null }.OfType<string>();
        return string.Join(' ', parts) is { Length: > 0 } text ? text : null;
    }

    private static JsonArray Parameters(DescribedRoute route)
    {
        var inPath = route.Parameters.Select(p => (JsonNode)new JsonObject { ["name"] = p.Name, ["in"] = "path", ["required"] = true, ["schema"] = p.IsId ? new JsonObject { ["type"] = "string", ["format"] = "uuid" } : new JsonObject { ["type"] = "string" } });
        var inQuery = route.Description.Query.Select(q => (JsonNode)new JsonObject { ["name"] = q.Name, ["in"] = "query", ["description"] = q.Meaning, ["schema"] = new JsonObject { ["type"] = "string" } });
        return [.. inPath, .. inQuery];
    }

    private static JsonObject Responses(DescribedRoute route, SchemaBook book)
    {
        var said = route.Description;
        var done = new JsonObject { ["description"] = said.Status switch { 201 => "Made", 202 => "Taken", 204 => "Done", _ => "The answer" } };
        JsonArray shapes = [.. said.Gives.Select(g => (JsonNode)book.Refer(g))];
        if (shapes.Count == 1) done["content"] = new JsonObject { [said.ContentType] = new JsonObject { ["schema"] = shapes[0]!.DeepClone() } };
        else if (shapes.Count > 1) done["content"] = new JsonObject { [said.ContentType] = new JsonObject { ["schema"] = new JsonObject { ["anyOf"] = shapes } } };
        else if (said.Status != 204) done["content"] = new JsonObject { [said.ContentType] = new JsonObject() };
        var responses = new JsonObject { [said.Status.ToString(CultureInfo.InvariantCulture)] = done };
        foreach (var status in Refusals(route)) responses[status.ToString(CultureInfo.InvariantCulture)] = Refusal(Godwit.Http.Problems.Problem.Of(status).Title);
        return responses;
    }

    /// <summary>Those of a route itself, and those that go with what it takes and asks for.</summary>
    public static IEnumerable<int> Refusals(DescribedRoute route) =>
        new[] { route.Description.Takes is null ? 0 : 400, route.Public ? 0 : 401, route.Public ? 0 : 403, route.Parameters.Count > 0 ? 404 : 0, route.Description.Takes is null ? 0 : 415, 503 }.Concat(route.Description.Refuses).Where(s => s > 0).Distinct().Order();

    private static JsonObject Refusal(string title) =>
        new() { ["description"] = title, ["content"] = new JsonObject { ["application/problem+json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Problem" } } } };

    private static JsonArray Security(string method)
    {
        var cookie = new JsonObject { ["cookie"] = new JsonArray() };
        if (method is not "GET") cookie["csrf"] = new JsonArray();
        return [new JsonObject { ["bearer"] = new JsonArray() }, cookie];
    }

    private static JsonObject Problem() => (JsonObject)JsonNode.Parse("""
        {
          "type": "object",
          "required": ["type", "title", "status", "detail", "code", "error"],
          "properties": {
            "type": { "type": "string", "description": "urn:godwit:problem: and the code" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "code": { "type": "string", "description": "Never changes its meaning" },
            "error": { "type": "string" },
            "traceId": { "type": "string" },
            "details": { "type": "array", "items": { "type": "object", "required": ["field", "message"], "properties": { "field": { "type": "string" }, "message": { "type": "string" } } } }
          }
        }
        """)!;
}
