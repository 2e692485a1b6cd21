using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;

namespace Godwit.Cli.Runs;

/// <summary>Reaches the database of a runbook: by --target, else by what its <c>target</c> names.</summary>
internal static class RunTarget
{
    public static Task<TargetReading> ReachAsync(string? to, ValueFrom? named, string folder, CancellationToken cancellation) =>
        ReachAsync(to, named, folder, ConnectionEnvironment.Process, cancellation);

    public static async Task<TargetReading> ReachAsync(string? to, ValueFrom? named, string folder, ConnectionEnvironment connections, CancellationToken cancellation)
    {
        string? address;
        try
        {
            address = to ?? (named is null ? null : Resolve(named, folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new TargetReading(null, [Finding.Error(FindingCodes.BadUrl, $"the target's URL cannot be read: {e.Message}")]);
        }
        if (address is null)
        {
            var where = named?.Environment is { } variable ? $"{variable} and {variable}_FILE are not set" : "there is no target";
            return new TargetReading(null, [Finding.Error(FindingCodes.BadUrl, where, null, "Set it to the target's URL (postgres://user@host/database), or give --target.")]);
        }
        // From an argument, which every user of the machine can read, a password is refused; from a variable or a file it is taken.
        var (text, environment) = to is null ? SecretUrl.Split(address, connections) : (address, connections);
        var url = PostgresUrl.Parse(text, environment);
        if (url.Url is null) return new TargetReading(null, url.Findings);
        var reached = await PostgresTarget.ConnectAsync(url.Url, environment, cancellation);
        return reached with { Findings = [.. url.Findings, .. reached.Findings] };
    }

    private static string? Resolve(ValueFrom value, string folder) =>
        value.Literal ?? (value.Environment is { } name ? ProcessEnvironment.Instance.Find(name) : value.File is { } file ? ProcessEnvironment.ReadFile(Path.Combine(folder, file)) : null);
}
