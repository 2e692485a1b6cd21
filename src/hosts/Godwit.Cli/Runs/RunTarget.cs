using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;

namespace Godwit.Cli.Runs;

/// <summary>Reaches the database of a runbook: by --target, else by what its <c>target</c> names.</summary>
internal static class RunTarget
{
    public static Task<TargetReading> ReachAsync(string? to, ValueFrom? named, string folder, CancellationToken cancellation) =>
        ReachAsync(to, named, folder, ConnectionEnvironment.Process, cancellation);

    public static Task<TargetReading> ReachAsync(string? to, ValueFrom? named, string folder, ConnectionEnvironment connections, CancellationToken cancellation) =>
        ReachAsync(to, named, folder, connections, ProcessEnvironment.Instance, cancellation);

    /// <param name="to">Its URL, from an argument.</param>
    /// <param name="named">Where it is found otherwise.</param>
    /// <param name="folder">Where paths start.</param>
    /// <param name="connections">How it is connected to.</param>
    /// <param name="variables">The variables that name it.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<TargetReading> ReachAsync(string? to, ValueFrom? named, string folder, ConnectionEnvironment connections, IRunEnvironment variables, CancellationToken cancellation)
    {
        var (url, environment, findings) = Read(to, named, folder, connections, variables);
        if (url is null) return new TargetReading(null, findings);
        var reached = await PostgresTarget.ConnectAsync(url, environment, cancellation);
        return reached with { Findings = [.. findings, .. reached.Findings] };
    }

    /// <summary>Reaches the server by another of its databases: the one that is named may not be there, or is to be replaced.</summary>
    /// <returns>The server, and the name of the database.</returns>
    public static async Task<(TargetReading Reading, string? Database)> ReachServerAsync(string? to, ValueFrom? named, string folder, string through, CancellationToken cancellation)
    {
        var (url, environment, findings) = Read(to, named, folder, ConnectionEnvironment.Process, ProcessEnvironment.Instance);
        if (url is null) return (new TargetReading(null, findings), null);
        var reached = await PostgresTarget.ConnectAsync(url with { Database = through }, environment, cancellation);
        return (reached with { Findings = [.. findings, .. reached.Findings] }, url.Database);
    }

    private static (PostgresUrl? Url, ConnectionEnvironment Environment, IReadOnlyList<Finding> Findings) Read(
        string? to, ValueFrom? named, string folder, ConnectionEnvironment connections, IRunEnvironment variables)
    {
        string? address;
        try
        {
            address = to ?? (named is null ? null : Resolve(named, folder, variables));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, connections, [Finding.Error(FindingCodes.BadUrl, $"the target's URL cannot be read: {e.Message}")]);
        }
        if (address is null)
        {
            var where = named?.Environment is { } variable ? $"{variable} and {variable}_FILE are not set" : "there is no target";
            return (null, connections, [Finding.Error(FindingCodes.BadUrl, where, null, "Set it to the target's URL (postgres://user@host/database), or give --target.")]);
        }
        // From an argument, which every user of the machine can read, a password is refused; from a variable or a file it is taken.
        var (text, environment) = to is null ? SecretUrl.Split(address, connections) : (address, connections);
        var url = PostgresUrl.Parse(text, environment);
        return (url.Url, environment, url.Findings);
    }

    private static string? Resolve(ValueFrom value, string folder, IRunEnvironment variables) =>
        value.Literal ?? (value.Environment is { } name ? variables.Find(name) : value.File is { } file ? ProcessEnvironment.ReadFile(Path.Combine(folder, file)) : null);
}
