using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Web;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.External;

/// <summary>The npm package oidc-provider in a process of its own, and a browser that signs in to it.</summary>
internal sealed class OidcProvider : IAsyncDisposable
{
    public const string Secret = "kT9#vLq2!xWz7Rb4Nm8d", Redirect = "http://localhost:8080/account/oauth/acme";

    private readonly Process _process;

    private OidcProvider(Process process, string issuer) => (_process, Issuer) = (process, issuer);

    public string Issuer { get; }

    /// <param name="redirect">Where it leads back to.</param>
    public static async Task<OidcProvider> StartAsync(string redirect = Redirect)
    {
        var root = RepositoryFolder.Path;
        await RunAsync("bash", Path.Combine(root, "scripts", "oidc-provider.sh"));
        var start = new ProcessStartInfo("node", [Path.Combine(root, "tests", "platform", "Godwit.Identity.Tests", "External", "provider.mjs"), Path.Combine(root, ".local", "tools", "oidc-provider"), Secret, redirect])
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith("listening ", StringComparison.Ordinal)) return new OidcProvider(process, line["listening ".Length..]);
        }
        throw new InvalidOperationException("the provider did not start");
    }

    /// <summary>The file that names it to the service, in a folder.</summary>
    public string Configure(string folder, bool post = false, bool verifiesEmail = true)
    {
        File.WriteAllText(Path.Combine(folder, "secret"), Secret + "\n");
        var path = Path.Combine(folder, "providers.json");
        File.WriteAllText(path, $$"""
            {"providers":[{"name":"acme","title":"Acme","issuer":"{{Issuer}}","clientId":"{{(post ? "godwit-post" : "godwit")}}","clientSecretFile":"{{Path.Combine(folder, "secret")}}","clientAuthentication":"{{(post ? "post" : "basic")}}","verifiesEmail":{{(verifiesEmail ? "true" : "false")}}}]}
            """);
        return path;
    }

    /// <summary>id tokens are not as they should be from now on; an empty word makes them right again.</summary>
    public Task SpoilAsync(string what) => SayAsync("spoil " + what);

    /// <summary>Other keys from now on.</summary>
    public Task RotateAsync() => SayAsync("rotate");

    /// <summary>What a browser brings back that goes to a URL and signs in there.</summary>
    public static async Task<Returned> SignInAsync(string url, string account, string redirect = Redirect)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        var next = new Uri($"{url}&login_hint={account}");
        for (var hops = 0; hops < 10; hops++)
        {
            using var answer = await browser.GetAsync(next, TestContext.Current.CancellationToken);
            Assert.True(answer.Headers.Location is not null, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            next = new Uri(next, answer.Headers.Location);
            if (!next.AbsoluteUri.StartsWith(redirect, StringComparison.Ordinal)) continue;
            var query = HttpUtility.ParseQueryString(next.Query);
            return new Returned(query["code"], query["state"], query["iss"]);
        }
        throw new InvalidOperationException("the browser goes round in circles");
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task SayAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        while (await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) != "done")
        {
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, error);
    }
}

/// <summary>What came back from a provider.</summary>
internal sealed record Returned(string? Code, string? State, string? Iss)
{
    public string Body(string? binding) => JsonSerializer.Serialize(new Dictionary<string, string?> { ["code"] = Code, ["state"] = State, ["iss"] = Iss, ["binding"] = binding });
}
