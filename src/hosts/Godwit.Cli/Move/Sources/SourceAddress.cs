using Godwit.Postgres.Connections;
using Godwit.Security.Masking;

namespace Godwit.Cli.Move.Sources;

/// <summary>Where a source is, as somebody wrote it: the path of a file, or the URL of a PostgreSQL database.</summary>
internal static class SourceAddress
{
    public static bool IsUrl(string text) => text.TrimStart() is var t && (t.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || t.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase));

    /// <summary>The same from any folder.</summary>
    public static string Absolute(string text) => IsUrl(text) ? text : Path.GetFullPath(text);

    /// <summary>As it may be shown: a URL that is refused may be so for the password in it.</summary>
    public static string Shown(MoveRequest request) => IsUrl(request.From) && PostgresUrl.Parse(request.From).Url is null ? SecretMask.Mask(request.From) : request.From;

    /// <summary>What files about the source are called, without an extension.</summary>
    public static string NameOf(MoveRequest request) =>
        !IsUrl(request.From) ? Path.GetFileNameWithoutExtension(request.From)
        : PostgresUrl.Parse(request.From).Url is { } url ? string.Concat($"{url.Database}.{request.FromSchema}".Select(c => char.IsLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_'))
        : "source";
}
