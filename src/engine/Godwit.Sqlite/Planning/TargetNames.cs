using System.Security.Cryptography;
using System.Text;
using Godwit.Model.Names;

namespace Godwit.Sqlite.Planning;

/// <summary>How names go over.</summary>
public enum NameStyle
{
    /// <summary>Exactly, quoted.</summary>
    Exact,

    /// <summary>In lower case, so that PostgreSQL finds them without quotes.</summary>
    Lower,
}

/// <summary>One namespace of the target: the relations of a schema, the columns of a table, or the constraints of one.</summary>
internal sealed class TargetNames(NameStyle style)
{
    /// <summary>What SQLite calls "" is called so: PostgreSQL refuses an empty name even between quotes.</summary>
    public const string OfNothing = "_";

    private const int HashDigits = 8;
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);

    /// <summary>The name as it will stand: styled, and short enough.</summary>
    public string Fit(string name) => Shorten(Styled(name));

    public string Styled(string name) => style == NameStyle.Lower ? name.ToLowerInvariant() : name;

    /// <summary>Takes a name; false when it belongs to something else, which is then named.</summary>
    public bool TryTake(string targetName, string owner, out string holder)
    {
        if (_owners.TryAdd(targetName, owner))
        {
            holder = owner;
            return true;
        }
        holder = _owners[targetName];
        return false;
    }

    public bool IsFree(string targetName) => !_owners.ContainsKey(targetName);

    /// <summary>Takes a name that nobody wrote, in PostgreSQL's manner (<c>table_column_key</c>), numbered when it is taken.</summary>
    public string Derive(string owner, params ReadOnlySpan<string> parts)
    {
        var wanted = string.Join('_', parts);
        for (var number = 0; ; number++)
        {
            var name = Fit(number == 0 ? wanted : $"{wanted}{number}");
            if (_owners.TryAdd(name, owner)) return name;
        }
    }

    /// <summary>Cuts a name to what PostgreSQL keeps, at a character, with a hash of the whole at its end.</summary>
    public static string Shorten(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) <= TargetName.MaximumBytes) return name;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..HashDigits];
        var kept = new StringBuilder();
        var bytes = HashDigits + 1;
        foreach (var rune in name.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > TargetName.MaximumBytes) break;
            kept.Append(rune.ToString());
        }
        return $"{kept}_{hash}";
    }
}
