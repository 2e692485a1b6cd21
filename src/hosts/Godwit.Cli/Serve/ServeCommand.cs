using System.CommandLine;

namespace Godwit.Cli.Serve;

/// <summary>
/// <c>godwit serve</c>: the platform's host, which is a program of its own beside this one, so that a command of every day does not carry a web server. This process becomes it: its id, its signals and its exit code stay.
/// </summary>
internal static class ServeCommand
{
    private static readonly Option<string?> Listen = new("--listen") { Description = "Where requests come in: ADDRESS:PORT, *:PORT for all addresses, port 0 for a free one (GODWIT_LISTEN; 127.0.0.1:8080).", HelpName = "ADDRESS:PORT" };

    private static readonly Option<string?> Metrics = new("--metrics") { Description = "Where /metrics is, and nothing else (GODWIT_METRICS_LISTEN; 127.0.0.1:9464).", HelpName = "ADDRESS:PORT" };

    private static readonly Option<bool> Development = new("--development") { Description = "For a developer's machine: takes what production refuses (GODWIT_ENVIRONMENT=development)." };

    private static readonly Option<bool> Check = new("--check") { Description = "Judge the configuration, all of it at once, and begin nothing." };

    public static Command Create()
    {
        var serve = new Command(
            "serve",
            "Serves the platform: health, metrics and what its modules add, on the database that DATABASE_URL names; Redis where REDIS_URL names one. Its log is JSON on standard output. docs/serve.md lists all its variables.")
        {
            Listen, Metrics, Development, Check,
        };
        serve.SetAction(async (result, _) =>
        {
            if (ServerImage.Find() is not { } program)
            {
                await result.InvocationConfiguration.Error.WriteLineAsync($"godwit: the server's program is not there ({ServerImage.Expected}); scripts/build.sh publishes it beside this one, and {ServerImage.Variable} may name another place");
                return ExitCode.Fault;
            }
            if (result.GetValue(Listen) is { } listen) Environment.SetEnvironmentVariable("GODWIT_LISTEN", listen);
            if (result.GetValue(Metrics) is { } metrics) Environment.SetEnvironmentVariable("GODWIT_METRICS_LISTEN", metrics);
            if (result.GetValue(Development)) Environment.SetEnvironmentVariable("GODWIT_ENVIRONMENT", "development");
            var fault = ServerImage.Become(program, result.GetValue(Check) ? ["--check"] : []);
            await result.InvocationConfiguration.Error.WriteLineAsync($"godwit: {program} cannot be started (errno {fault})");
            return ExitCode.Fault;
        });
        return serve;
    }
}
