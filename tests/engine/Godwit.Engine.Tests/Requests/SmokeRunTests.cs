using Godwit.Engine.Checks;
using Godwit.Engine.Requests;
using Godwit.TestServers;
using Microsoft.AspNetCore.Http;

namespace Godwit.Engine.Tests.Requests;

public sealed class SmokeRunTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private const string Login = """
        godwit: 1
        variables:
          password: {env: SMOKE_PASSWORD}
          name: Ada "the first" Lovelace
        scenarios:
          - name: visitor
            requests:
              - name: login
                method: POST
                path: /login
                json: '{"name": "${name}", "password": "${password}"}'
                expect: {status: [201], headers: {Content-Type: {matches: "application/json.*"}, X-Powered-By: {absent: true}}, json: [{at: /name, expect: "${name}"}, {at: /id, matches: "[0-9]+"}, {at: /id, at_least: 5}]}
                capture: {token: {json: /token}, at: {header: Location}, id: {header: Location, matches: "/users/([0-9]+)"}}
              - name: user
                path: ${at}
                headers: {Authorization: "Bearer ${token}"}
                expect: {contains: ["user ${id}"], within: 10s}
              - name: search
                path: /search?q=${name}
              - name: old
                path: /old
                redirects: 1
              - name: form
                method: POST
                path: /form
                form: {name: "${name}"}
        """;

    [Fact]
    public async Task A_scenario_goes_on_with_cookies_and_what_it_captured()
    {
        var seen = new List<string>();
        await using var service = await WebService.StartAsync(http => AnswerAsync(http, seen), Token);
        var outcomes = await AskAsync(Login, service.Url, ("SMOKE_PASSWORD", "s3cr\"et"));
        Assert.All(outcomes, o => Assert.True(o.State == CheckState.Holds, o.ToString()));
        Assert.Equal(["visitor: login", "visitor: user", "visitor: search", "visitor: old", "visitor: form"], outcomes.Select(o => o.Name));
        Assert.Equal(
        [
            """POST /login  {"name": "Ada \u0022the first\u0022 Lovelace", "password": "s3cr\u0022et"}""".Replace("\": ", "\":", StringComparison.Ordinal).Replace("\", ", "\",", StringComparison.Ordinal),
            "GET /users/7 session=1 Bearer t-1 ",
            "GET /search?q=Ada%20%22the%20first%22%20Lovelace session=1 ",
            "GET /old session=1 ",
            "GET /new session=1 ",
            "POST /form session=1 name=Ada%20%22the%20first%22%20Lovelace",
        ], seen);
    }

    [Theory]
    [InlineData("expect: {status: [204]}", "Fails", "answered 200")]
    [InlineData("expect: {contains: [nobody]}", "Fails", "its body does not hold text 1 of \"contains\"")]
    [InlineData("expect: {json: [{at: /who, expect: Grace}]}", "Fails", "/who is not as expected")]
    [InlineData("expect: {json: [{at: /none, expect: x}]}", "Fails", "there is no /none in the answer")]
    [InlineData("expect: {json: [{at: /n, at_most: 3}]}", "Fails", "/n answered 4, and had to be at most 3")]
    [InlineData("expect: {json: [{at: /who, matches: 'A'}]}", "Fails", "/who does not match")]
    [InlineData("expect: {headers: {X-Who: Grace}}", "Fails", "its header X-Who is not as expected")]
    [InlineData("expect: {headers: {X-Who: {absent: true}}}", "Fails", "has the header X-Who")]
    [InlineData("expect: {headers: {X-None: {matches: '.*'}}}", "Fails", "has no header X-None")]
    [InlineData("capture: {token: {json: /token}}", "Fails", "token is not captured: there is no /token in the answer")]
    [InlineData("path: /slow, expect: {within: 20ms}", "Fails", "took ")]
    [InlineData("path: /slow, timeout: 30ms", "NoAnswer", "no answer within 0.03 s")]
    [InlineData("path: /cut", "NoAnswer", "the connection ")]
    [InlineData("path: /away, redirects: 3", "NoAnswer", "a redirection leads to another origin")]
    [InlineData("path: /away", "Fails", "answered 302")]
    public async Task What_is_not_as_expected_is_said_without_a_value(string more, string state, string saw)
    {
        await using var service = await WebService.StartAsync(
            async http =>
            {
                if (http.Request.Path == "/slow") await Task.Delay(200, http.RequestAborted);
                if (http.Request.Path == "/cut") http.Abort();
                if (http.Request.Path == "/away") http.Response.Redirect("http://example.invalid/");
                http.Response.Headers["X-Who"] = "Ada";
                await http.Response.WriteAsync("""{"who":"Ada","n":4}""");
            }, Token);
        var path = more.StartsWith("path", StringComparison.Ordinal) ? "" : "path: /, ";
        var outcomes = await AskAsync($"godwit: 1\nscenarios:\n  - name: a\n    requests:\n      - {{name: one, {path}{more}}}\n      - {{name: two, path: /}}\n", service.Url);
        Assert.Equal(state, outcomes[0].State.ToString());
        Assert.StartsWith(saw, outcomes[0].Saw, StringComparison.Ordinal);
        Assert.Equal(("a: two", CheckState.NoAnswer, "not asked"), (outcomes[1].Name, outcomes[1].State, outcomes[1].Saw));
        Assert.DoesNotContain(outcomes, o => o.Saw.Contains("Ada", StringComparison.Ordinal) || o.Saw.Contains("Grace", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_its_variables_nothing_is_asked()
    {
        var outcome = Assert.Single(await AskAsync(Login, "http://127.0.0.1:9"));
        Assert.Equal((CheckState.NoAnswer, "SMOKE_PASSWORD is not set"), (outcome.State, outcome.Saw));
    }

    [Fact]
    public async Task A_captured_address_leads_to_no_other_origin()
    {
        await using var service = await WebService.StartAsync(http => http.Response.WriteAsync("""{"next":"http://example.invalid/steal"}"""), Token);
        var outcomes = await AskAsync("godwit: 1\nscenarios:\n  - name: a\n    requests:\n      - {name: one, path: /, capture: {next: {json: /next}}}\n      - {name: two, path: '${next}'}\n", service.Url);
        Assert.Equal("its path is none below the URL that is given", outcomes[1].Saw);
    }

    private static async Task AnswerAsync(HttpContext http, List<string> seen)
    {
        using var reader = new StreamReader(http.Request.Body);
        var (authorization, cookie) = (http.Request.Headers.Authorization.ToString(), http.Request.Headers.Cookie.ToString());
        var body = await reader.ReadToEndAsync(Token);
        seen.Add($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString} {cookie}{(authorization.Length > 0 ? " " + authorization : "")} {body}");
        switch (http.Request.Path.Value)
        {
            case "/login":
                (http.Response.StatusCode, http.Response.ContentType) = (201, "application/json");
                http.Response.Headers.Append("Set-Cookie", "session=1; HttpOnly");
                http.Response.Headers.Append("Set-Cookie", "other=1; Domain=example.com");
                http.Response.Headers.Location = "/users/7";
                await http.Response.WriteAsync("""{"name":"Ada \"the first\" Lovelace","id":7,"token":"t-1"}""", Token);
                break;
            case "/users/7":
                await http.Response.WriteAsync("user 7", Token);
                break;
            case "/old":
                http.Response.Redirect("/new");
                break;
            default:
                await http.Response.WriteAsync("found", Token);
                break;
        }
    }

    private static Task<IReadOnlyList<CheckOutcome>> AskAsync(string text, string url, params (string, string)[] variables)
    {
        var (file, findings) = RequestFileReader.Read(text, "r.yaml");
        Assert.True(file is not null, string.Join("\n", findings));
        return SmokeRun.AskAsync(file, new Uri(url), new Given(variables), TimeProvider.System, Token);
    }
}
