using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>A column while it is planned.</summary>
internal sealed class ColumnDraft
{
    public required SourceColumn Source { get; init; }

    public required ColumnDefinition Syntax { get; init; }

    public required string TargetName { get; init; }

    public required Affinity Affinity { get; init; }

    public TargetType Type { get; set; } = TargetType.Text;

    public ValueMapping Mapping { get; set; } = new(MappingKind.Text);

    public string Reason { get; set; } = "";

    /// <summary>Characters that a CHECK allows.</summary>
    public int? LengthCheck { get; set; }

    /// <summary>Rows that will hold NULL at the target.</summary>
    public long Nulls { get; set; }

    /// <summary>Bytes of the longest text or blob.</summary>
    public long LongestBytes { get; set; }

    /// <summary>Only TEXT and NULL are stored.</summary>
    public bool OnlyText { get; set; }

    /// <summary>REAL is stored among others.</summary>
    public bool HasReals { get; set; }

    /// <summary>Rows whose value does not fit the mapping; without quarantine each is an error.</summary>
    public long Misfits { get; set; }

    public bool NotNull { get; set; }

    public bool Identity { get; set; }

    public string? DefaultSql { get; set; }

    public string? GeneratedSql { get; set; }

    /// <summary>The map asks for the target database's own order of text.</summary>
    public bool UsesDatabaseCollation { get; set; }

    public string? Collation => Type.IsText && !UsesDatabaseCollation ? "C" : null;

    /// <summary>The column as translation sees it; valid once the type is chosen.</summary>
    public Translation.TypedColumn Typed => new(Source.Name, TargetName, Type, Mapping, Affinity, Source.Collation) { NotNull = NotNull };

    /// <summary>
    /// SQLite's SQL for "this value becomes NULL". Not IS NULL: on a column declared NOT NULL the optimizer answers that without looking
    /// (https://sqlite.org/releaselog/3_35_0.html, query planner).
    /// </summary>
    public string BecomesNull(SourceTable table)
    {
        var column = Source.Sql(table.Name);
        return Mapping.EmptyIsNull ? $"(typeof({column}) = 'null' OR {column} = '')" : $"typeof({column}) = 'null'";
    }
}
