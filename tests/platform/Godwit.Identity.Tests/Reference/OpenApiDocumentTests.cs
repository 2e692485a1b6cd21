using System.Net;
using System.Text.Json.Nodes;
using Godwit.Identity.Reference;
using Godwit.Identity.Site.Serving;
using Godwit.Identity.Tests.Running;
using Godwit.Identity.Tests.Site;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Playwright;

namespace Godwit.Identity.Tests.Reference;

public sealed class OpenApiDocumentTests(IdentityTemplate template, Chromium chromium)
{
    [Fact]
    [Trait("ASVS", "15.2.3")]
    public async Task The_document_has_every_route_and_no_other()
    {
        IEndpointRouteBuilder app = WebApplication.CreateSlimBuilder().Build();
        new IdentityModule().MapRoutes(app);
        var routes = app.DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().Where(e => e.Metadata.GetMetadata<SiteRoute>() is null).ToList();
        var silent = routes.Where(e => e.Metadata.GetMetadata<RouteDescription>() is null).SelectMany(Operations).ToList();
        Assert.True(silent.Count == 0, $"these say nothing of themselves; add .Says(...) behind each, where it is mapped:\n{string.Join('\n', silent)}");
        await using var host = await IdentityHost.StartAsync(template);
        var document = await ReadAsync(host);
        var told = document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => $"{o.Key.ToUpperInvariant()} {p.Key}"));
        Assert.Equal(routes.SelectMany(Operations).Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_reference_leads_somewhere_and_every_operation_has_a_name_of_its_own()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var document = await ReadAsync(host);
        Assert.Equal("3.1.0", (string?)document["openapi"]);
        var operations = document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => o.Value!)).ToList();
        Assert.Equal(operations.Count, operations.Select(o => (string)o["operationId"]!).Distinct(StringComparer.Ordinal).Count());
        var schemas = document["components"]!["schemas"]!.AsObject();
        var references = References(document).ToList();
        Assert.NotEmpty(references);
        Assert.DoesNotContain(references, r => !schemas.ContainsKey(r["#/components/schemas/".Length..]));
        // What needs a session says so, and what changes something by a cookie, what else that takes.
        Assert.Equal("""[{"bearer":[]},{"cookie":[],"csrf":[]}]""", document["paths"]!["/v1/auth/logout"]!["post"]!["security"]!.ToJsonString());
        Assert.Equal("""[{"bearer":[]},{"cookie":[]}]""", document["paths"]!["/v1/me"]!["get"]!["security"]!.ToJsonString());
        Assert.Equal("[]", document["paths"]!["/v1/auth/login"]!["post"]!["security"]!.ToJsonString());
    }

    [Fact]
    public async Task Fields_that_the_document_asks_for_are_asked_for()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var document = await ReadAsync(host);
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        List<string> wrong = [];
        var asked = 0;
        foreach (var (path, operations) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in operations!.AsObject())
            {
                if (operation!["requestBody"]?["content"]?["application/json"] is not { } taken || path.StartsWith("/v1/admin/", StringComparison.Ordinal)) continue;
                var required = taken["schema"]!["required"] as JsonArray ?? [];
                foreach (var field in required.Select(r => (string)r!))
                {
                    asked++;
                    var body = taken["example"]!.DeepClone().AsObject();
                    Assert.True(body.Remove(field), $"{method} {path}: the example has no {field}");
                    var answer = await host.SendAsync(new HttpMethod(method.ToUpperInvariant()), path.Replace("{id}", Guid.NewGuid().ToString(), StringComparison.Ordinal), body.ToJsonString(), tokens.Access);
                    if ((int)answer.Status is < 400 or >= 500) wrong.Add($"{method} {path} without {field}: {answer.Status}");
                }
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(asked > 10);
    }

    [Fact]
    public async Task The_page_tells_every_operation_without_anything_from_elsewhere()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var document = await ReadAsync(host);
        await using var visitor = await Visitor.ComeAsync(chromium, host);
        await visitor.GoAsync("/docs");
        await visitor.PictureAsync("docs");
        foreach (var id in document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => (string)o.Value!["operationId"]!))) Assert.True(await visitor.Page.Locator($"article[id='{id}']").CountAsync() == 1, id);
        // Every link of the page leads to a place on it.
        Assert.Empty(await visitor.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href').slice(1)).filter(id => !document.getElementById(id))"));
        visitor.FoundNothingWrong();
    }

    internal static async Task<JsonNode> ReadAsync(IdentityHost host)
    {
        var answer = await host.SendAsync(HttpMethod.Get, "/v1/openapi.json");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return JsonNode.Parse(answer.Text)!;
    }

    private static IEnumerable<string> Operations(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => $"{m} {DescribedRoute.PathOf(endpoint)}");

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(m => m.Key == "$ref" ? [(string)m.Value!] : References(m.Value)),
        JsonArray items => items.SelectMany(References),
        _ => [],
    };
}
