using Godwit.Documents;
using Godwit.Engine.Transforms;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Engine.Mapping;

/// <summary>Reads a mapping file (docs/mapping.md). All that is wrong is found at once, each with its line and column.</summary>
public sealed class MapFileReader
{
    private static readonly Dictionary<string, DateFormat> Formats = new(StringComparer.Ordinal)
    {
        ["text"] = DateFormat.Text,
        ["unix-seconds"] = DateFormat.UnixSeconds,
        ["unix-milliseconds"] = DateFormat.UnixMilliseconds,
        ["julian-day"] = DateFormat.JulianDay,
    };

    private readonly string _path;
    private readonly List<Finding> _findings = [];
    private readonly TransformReader _transforms;

    private MapFileReader(string path)
    {
        _path = path;
        _transforms = new TransformReader(path, TransformRegistry.Standard, _findings);
    }

    public static MapFileReading ReadFile(string path) => new MapFileReader(path).Read(YamlReader.ReadFile(path, FindingCodes.MapFile));

    /// <summary>Reads a text; <paramref name="path"/> is only named in findings.</summary>
    public static MapFileReading Read(string text, string path) => new MapFileReader(path).Read(YamlReader.Read(text, path, FindingCodes.MapFile));

    /// <summary>What the file names and the source does not have.</summary>
    /// <param name="columnsOf">The column names of a table by the table's name, or null when there is no such table; names compare without ASCII case.</param>
    public static IReadOnlyList<Finding> FindUnknownNames(MapFile map, Func<string, IReadOnlyCollection<string>?> columnsOf)
    {
        var findings = new List<Finding>();
        foreach (var table in map.Tables)
        {
            if (columnsOf(table.Name) is not { } columns)
            {
                findings.Add(Finding.Error(FindingCodes.MapUnknown, $"The source has no table \"{table.Name}\"", table.Place, "Correct the name, or remove the table from the file"));
                continue;
            }
            // What a transform makes may be new; what it reads is looked for where the transform is planned.
            foreach (var column in table.Columns.Where(c => c.Transform is null && !columns.Contains(c.Name, StringComparer.OrdinalIgnoreCase)))
                findings.Add(Finding.Error(FindingCodes.MapUnknown, $"Table \"{table.Name}\" has no column \"{column.Name}\"", column.Place, "Correct the name, or remove the column from the file"));
        }
        return findings;
    }

    private MapFileReading Read(YamlReading reading)
    {
        _findings.AddRange(reading.Findings);
        var tables = new List<TableMap>();
        if (reading.Root is not null && Mapping(reading.Root, "The file") is { } root)
        {
            foreach (var entry in root.Entries)
            {
                if (entry.Key.Value != "tables") Unknown(entry.Key, "the file", "tables");
                else if (Mapping(entry.Value, "tables") is { } named) tables.AddRange(named.Entries.Select(ReadTable));
            }
        }
        FindTwice(tables.Select(t => (t.Name, t.Place)), "The table");
        return new MapFileReading(new MapFile(tables), _findings);
    }

    private TableMap ReadTable(YamlEntry table)
    {
        string? rename = null;
        var columns = new List<ColumnMap>();
        foreach (var entry in Mapping(table.Value, $"Table \"{table.Key.Value}\"")?.Entries ?? [])
        {
            switch (entry.Key.Value)
            {
                case "rename":
                    rename = ReadName(entry);
                    break;
                case "columns":
                    columns.AddRange((Mapping(entry.Value, "columns")?.Entries ?? []).Select(ReadColumn));
                    break;
                default:
                    Unknown(entry.Key, "a table", "rename, columns");
                    break;
            }
        }
        FindTwice(columns.Select(c => (c.Name, c.Place)), "The column");
        return new TableMap(table.Key.Value, columns, At(table.Key)) { Rename = rename };
    }

    private ColumnMap ReadColumn(YamlEntry column)
    {
        var map = new ColumnMap(column.Key.Value, At(column.Key));
        foreach (var entry in Mapping(column.Value, $"Column \"{column.Key.Value}\"")?.Entries ?? [])
        {
            map = entry.Key.Value switch
            {
                "rename" => map with { Rename = ReadName(entry) },
                "type" => map with { Type = ReadType(entry) },
                "format" => map with { Format = ReadFormat(entry) },
                "empty" => map with { EmptyIsNull = OneOf(entry, "null", "keep") == "null" },
                "collation" => map with
                {
                    Collation = OneOf(entry, "default", "C") switch { "default" => CollationChoice.DatabaseDefault, "C" => CollationChoice.C, _ => CollationChoice.Unset },
                },
                "transform" => map with { Transform = _transforms.Read(map.Name, entry) },
                "leave_out" => map with { LeaveOut = OneOf(entry, "true", "false") == "true" },
                "drop" => map with { Drop = _transforms.ReadDrop(entry) },
                _ => Unknown(entry.Key, "a column", "type, format, empty, collation, rename, transform, leave_out, drop", map),
            };
        }
        CheckFormat(map);
        _transforms.Check(map);
        return map;
    }

    /// <summary>A format says how a date is kept, so it needs a type that is one.</summary>
    private void CheckFormat(ColumnMap map)
    {
        if (map.Format is not { } format) return;
        if (map.Type is not { } type)
        {
            Add(map.Place, $"Column \"{map.Name}\" has a format but no type", "Write the type too: date, time, timestamp or timestamptz");
            return;
        }
        var fits = format switch
        {
            DateFormat.Text => type.Name is TypeName.Date or TypeName.Time or TypeName.Timestamp or TypeName.Timestamptz,
            DateFormat.JulianDay => type.Name is TypeName.Timestamp,
            _ => type.Name is TypeName.Timestamp or TypeName.Timestamptz,
        };
        if (!fits) Add(map.Place, $"The format of column \"{map.Name}\" does not lead to {type.Sql}", "Formats lead to: text to date, time, timestamp, timestamptz; unix-seconds and unix-milliseconds to timestamp, timestamptz; julian-day to timestamp");
    }

    private TargetType? ReadType(YamlEntry entry)
    {
        if (Scalar(entry) is not { } text) return null;
        if (TargetTypeText.TryRead(text, out var type)) return type;
        _findings.Add(Finding.Error(FindingCodes.MapUnknown, $"\"{text}\" is no type that a column can become", At(entry.Value), $"Types are: {TargetTypeText.KnownNames}"));
        return null;
    }

    private DateFormat? ReadFormat(YamlEntry entry) =>
        OneOf(entry, [.. Formats.Keys]) is { } text ? Formats[text] : null;

    private string? ReadName(YamlEntry entry)
    {
        if (Scalar(entry) is not { } name) return null;
        if (name.Length > 0 && !name.Contains('\0', StringComparison.Ordinal)) return name;
        Add(At(entry.Value), "A new name is empty", "Write the name, or leave the key out");
        return null;
    }

    private string? OneOf(YamlEntry entry, params string[] choices)
    {
        // null is a word of this file's, not YAML's nothing: "empty: null".
        if (entry.Value is not YamlScalar { Value: var text }) return Scalar(entry);
        if (choices.Contains(text, StringComparer.Ordinal)) return text;
        Add(At(entry.Value), $"\"{text}\" is no choice for {entry.Key.Value}", $"Choices are: {string.Join(", ", choices)}");
        return null;
    }

    private string? Scalar(YamlEntry entry)
    {
        if (entry.Value is YamlScalar { IsNull: false } scalar) return scalar.Value;
        Add(At(entry.Value), $"The key {entry.Key.Value} needs a value");
        return null;
    }

    private YamlMapping? Mapping(YamlNode node, string what)
    {
        if (node is YamlMapping mapping) return mapping;
        Add(At(node), $"{what} must be a mapping, but is {node.Kind}");
        return null;
    }

    private void FindTwice(IEnumerable<(string Name, Place.InFile Place)> names, string what)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, place) in names.Where(n => !seen.Add(n.Name))) Add(place, $"{what} \"{name}\" stands twice; SQLite's names differ by more than case");
    }

    private void Unknown(YamlScalar key, string where, string known) =>
        Add(At(key), $"{where[..1].ToUpperInvariant()}{where[1..]} has no key \"{key.Value}\"", $"Keys are: {known}");

    private ColumnMap Unknown(YamlScalar key, string where, string known, ColumnMap map)
    {
        Unknown(key, where, known);
        return map;
    }

    private void Add(Place.InFile place, string message, string? remedy = null) => _findings.Add(Finding.Error(FindingCodes.MapFile, message, place, remedy));

    private Place.InFile At(YamlNode node) => new(_path, node.Line, node.Column);
}
