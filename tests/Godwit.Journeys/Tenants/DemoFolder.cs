using System.Globalization;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Tenants;

/// <summary>A demo of a few rows on the tests' server, as a process of its own: it exports variables, and has signals sent to it.</summary>
internal sealed class DemoFolder : IDisposable
{
    private readonly WorkFolder _work = new();
    private readonly int _rows, _seed;
    private readonly string _folder;

    private DemoFolder(PostgresServer server, int rows, int seed)
    {
        (_rows, _seed, _folder) = (rows, seed, Path.GetDirectoryName(server.PassFile)!);
        Database = new TestDatabase(server, string.Create(CultureInfo.InvariantCulture, $"demo_tenants_{rows}_{seed}"));
        Environment = new(StringComparer.Ordinal) { ["GODWIT_DEV_FOLDER"] = _folder, ["API_KEY_PEPPER"] = null, ["GODWIT_LEASE_SECONDS"] = "4", ["HOME"] = null };
    }

    public TestDatabase Database { get; }

    public Dictionary<string, string?> Environment { get; }

    public string MasterKeyFile => Path.Combine(Own, "master.hex");

    public string RouteFile => Path.Combine(Own, "tenants", "routes", "key-lookup.conf");

    public string PostMortemFile => Path.Combine(Own, "post-mortem.html");

    private string Own => Path.Combine(_folder, "demo", Database.Name);

    public static async Task<DemoFolder> PrepareAsync(PostgresServers servers, int rows, int seed) => new(await servers.DefaultAsync(), rows, seed);

    public Task<Outcome> RunAsync(params IReadOnlyList<string> more) => GodwitProcess.RunAsync(_work.Path, Environment, Arguments(more));

    public GodwitProcess Start(params IReadOnlyList<string> more) => GodwitProcess.Start(_work.Path, Environment, Arguments(more));

    /// <summary>Processes of the demo's that are still there: its proxy, its scratch servers.</summary>
    public IReadOnlyList<string> Left() =>
    [
        .. Directory.EnumerateDirectories("/proc").Where(p => int.TryParse(Path.GetFileName(p), out _)).Select(CommandOf).Where(c => c.Contains(Own, StringComparison.Ordinal)),
    ];

    public void Dispose() => _work.Dispose();

    private IReadOnlyList<string> Arguments(IReadOnlyList<string> more) =>
    [
        "demo", "tenants", "--rows", _rows.ToString(CultureInfo.InvariantCulture), "--seed", _seed.ToString(CultureInfo.InvariantCulture), "--bin", PostgresVersions.Require(PostgresVersions.Default), .. more,
    ];

    private static string CommandOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
