using System.Text;

namespace Godwit.Postgres.Connections;

/// <summary>
/// libpq's password file: <c>host:port:database:user:password</c>, <c>*</c> matching anything, <c>\</c> escaping, the first line that matches
/// (https://www.postgresql.org/docs/current/libpq-pgpass.html).
/// </summary>
internal static class PasswordFile
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Why libpq would leave the file unread: null when it would not.</summary>
    public static string? Refusal(string path)
    {
        if (Directory.Exists(path))
            return "it is not a plain file";
        return (File.GetUnixFileMode(path) & Others) != UnixFileMode.None ? "others may read it; its mode must be 0600 or stricter" : null;
    }

    public static string? Find(IEnumerable<string> lines, string host, int port, string database, string user)
    {
        string[] wanted = [host, port.ToString(System.Globalization.CultureInfo.InvariantCulture), database, user];
        foreach (var line in lines)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var rest = line.AsSpan();
            var matches = true;
            foreach (var field in wanted)
            {
                var given = Field(ref rest, out var literal);
                matches &= literal == "*" || given == field;
            }

            if (matches && Field(ref rest, out _) is { Length: > 0 } password)
                return password;
        }

        return null;
    }

    /// <summary>Takes one field off the front: its text with the escapes undone, and as it was written (an escaped star is no wildcard).</summary>
    private static string Field(ref ReadOnlySpan<char> rest, out string literal)
    {
        var text = new StringBuilder();
        var i = 0;
        for (; i < rest.Length && rest[i] != ':'; i++)
        {
            if (rest[i] == '\\' && i + 1 < rest.Length)
                i++;
            text.Append(rest[i]);
        }

        literal = rest[..i].ToString();
        rest = i < rest.Length ? rest[(i + 1)..] : [];
        return text.ToString();
    }
}
