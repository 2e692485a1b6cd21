using Godwit.Model.Findings;
using Godwit.Redis.Faults;

namespace Godwit.Redis.Settings;

/// <summary>
/// Where a password comes from. A file or a variable is read anew for each connection, so that a password can be changed without a restart. <c>ToString</c> names the source, never the password.
/// </summary>
public sealed class RedisPassword
{
    private const int LongestPassword = 4096;

    private readonly Func<string?> _read;
    private readonly string _source;

    private RedisPassword(Func<string?> read, string source) => (_read, _source) = (read, source);

    public static RedisPassword Of(string password) => new(() => password, "***");

    /// <summary>The first line of a file, as secrets are mounted.</summary>
    public static RedisPassword FromFile(string path) => new(() => FirstLine(path), $"the file {path}");

    /// <summary>A variable, or the file that <c>NAME_FILE</c> names; the file wins.</summary>
    public static RedisPassword FromEnvironment(string name) => new(
        () => Environment.GetEnvironmentVariable(name + "_FILE") is { Length: > 0 } path ? FirstLine(path) : Environment.GetEnvironmentVariable(name),
        $"the variable {name}");

    public override string ToString() => _source;

    /// <summary>What is the matter with it now, or null.</summary>
    public Finding? Check() => TryRead() is null
        ? Finding.Error(FindingCodes.RedisPasswordMissing, $"the password of Redis is not to be had: {_source} is not there, cannot be read, or is empty", remedy: "set it, or name the file that holds it")
        : null;

    internal string Read() => TryRead() ?? throw new RedisConnectException($"the password of Redis is not to be had: {_source} is not there, cannot be read, or is empty");

    private string? TryRead()
    {
        try
        {
            return _read() is { Length: > 0 } password ? password : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? FirstLine(string path)
    {
        using var reader = new StreamReader(path);
        var buffer = new char[LongestPassword];
        var text = new string(buffer, 0, reader.ReadBlock(buffer));
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? text : text[..end];
    }
}
