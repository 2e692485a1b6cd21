namespace Godwit.Postgres.Connections;

/// <summary>What a connection takes from around it: environment variables, the home folder, the user's name, the folders a local server puts its socket into.</summary>
public sealed record ConnectionEnvironment
{
    /// <summary>A variable's value, or null. An empty value counts as unset, as in libpq.</summary>
    public required Func<string, string?> Variable { get; init; }

    public required string Home { get; init; }

    public required string UserName { get; init; }

    /// <summary>Where a URL without a host looks for the server: Debian's folder first, then PostgreSQL's own default.</summary>
    public IReadOnlyList<string> SocketFolders { get; init; } = ["/var/run/postgresql", "/tmp"];

    public static ConnectionEnvironment Process { get; } = new()
    {
        Variable = Environment.GetEnvironmentVariable,
        Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        UserName = Environment.UserName,
    };

    internal string? Get(string name) => Variable(name) is { Length: > 0 } value ? value : null;

    internal string DefaultSocketFolder(int port) =>
        SocketFolders.FirstOrDefault(f => File.Exists(Path.Combine(f, $".s.PGSQL.{port}"))) ?? SocketFolders[0];
}
