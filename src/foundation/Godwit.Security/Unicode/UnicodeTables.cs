using System.Collections.Frozen;
using System.Globalization;

namespace Godwit.Security.Unicode;

/// <summary>
/// What of the Unicode Character Database normalization and the look at scripts need. It comes with the program and not from the machine: without a library for locales, which Godwit runs without,
/// <see cref="string.Normalize()"/> gives back what it was given and says that it is normalised, and IdnMapping neither folds nor composes
/// (https://github.com/dotnet/runtime/blob/main/docs/design/features/globalization-invariant-mode.md); with one, two hosts with two versions may compute two blind indexes.
/// </summary>
internal sealed class UnicodeTables
{
    private readonly List<(int First, int Last, string Script)> _scripts = [];
    private readonly List<(int First, int Last)> _ignorable = [];

    private UnicodeTables()
    {
        var classes = new Dictionary<int, byte>();
        Dictionary<int, int[]> canonical = [], compatible = [];
        var excluded = new HashSet<int>();
        using var stream = typeof(UnicodeTables).Assembly.GetManifestResourceStream("Godwit.Security.Unicode.Tables.txt") ?? throw new InvalidOperationException("the program came without its Unicode tables");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line is ['#', ..]) continue;
            var parts = line.Split(' ');
            var point = Point(parts[1]);
            switch (parts[0])
            {
                case "C": classes.Add(point, byte.Parse(parts[2], CultureInfo.InvariantCulture)); break;
                case "D": canonical.Add(point, [.. parts.Skip(2).Select(Point)]); break;
                case "K": compatible.Add(point, [.. parts.Skip(2).Select(Point)]); break;
                case "X": excluded.UnionWith(Enumerable.Range(point, Point(parts[2]) - point + 1)); break;
                case "I": _ignorable.Add((point, Point(parts[2]))); break;
                default: _scripts.Add((point, Point(parts[2]), parts[3])); break;
            }
        }
        _scripts.Sort((a, b) => a.First.CompareTo(b.First));
        Classes = classes.ToFrozenDictionary();
        Decompositions = canonical.Concat(compatible).ToFrozenDictionary();
        Compositions = canonical.Where(d => d.Value.Length == 2 && !excluded.Contains(d.Key)).ToFrozenDictionary(d => (d.Value[0], d.Value[1]), d => d.Key);
    }

    public static UnicodeTables Shared { get; } = new();

    /// <summary>Canonical combining classes other than 0.</summary>
    public FrozenDictionary<int, byte> Classes { get; }

    /// <summary>One step of a decomposition for compatibility; Hangul is computed.</summary>
    public FrozenDictionary<int, int[]> Decompositions { get; }

    /// <summary>Pairs that compose.</summary>
    public FrozenDictionary<(int First, int Second), int> Compositions { get; }

    /// <summary>Shown as nothing at all: joiners, variation selectors, fillers (Default_Ignorable_Code_Point).</summary>
    public bool IsIgnorable(int point) => _ignorable.Exists(r => r.First <= point && point <= r.Last);

    /// <returns>A script's name, such as <c>Latin</c>; <c>Common</c> or <c>Inherited</c> for what several use; null for what the tables do not know.</returns>
    public string? ScriptOf(int point)
    {
        int low = 0, high = _scripts.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var (first, last, script) = _scripts[middle];
            if (point < first) high = middle - 1;
            else if (point > last) low = middle + 1;
            else return script;
        }
        return null;
    }

    private static int Point(string hex) => int.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
