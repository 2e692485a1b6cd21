using System.Text.Json.Serialization;

namespace Godwit.Model.Moves;

/// <summary>
/// What a move from PostgreSQL takes along besides tables. Definitions are texts of the source's own, printed with only its schema in sight: names of that schema
/// stand in them without it, and find their like in the target's schema when that is in sight instead.
/// </summary>
public sealed record PostgresPlan
{
    /// <summary>The schema of the source.</summary>
    public required string Schema { get; init; }

    /// <summary>The source's server_version_num: texts of another major version may be printed otherwise.</summary>
    public required int Version { get; init; }

    /// <summary>What is in sight while definitions are carried out at the target, and printed there: its schema, then the one whose extensions they use.</summary>
    public required IReadOnlyList<string> SearchPath { get; init; }

    /// <summary>Types, functions, views, triggers and the like, in an order in which each is made after those it needs.</summary>
    public required IReadOnlyList<ObjectPlan> Objects { get; init; }

    /// <summary>Sequences and where they stand.</summary>
    public required IReadOnlyList<SequencePlan> Sequences { get; init; }

    /// <summary>Extensions that must be there at the target.</summary>
    public required IReadOnlyList<string> Extensions { get; init; }

    /// <summary>Types that must be there at the target, as <c>format_type</c> prints them.</summary>
    public required IReadOnlyList<string> Types { get; init; }
}

/// <summary>When an object is made.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ObjectStage>))]
public enum ObjectStage
{
    /// <summary>Before the tables: they may need it.</summary>
    BeforeTables,

    /// <summary>Once all tables are there, before their rows: partitions are attached.</summary>
    AfterTables,

    /// <summary>After keys and indexes: indexes of partitions are attached.</summary>
    AfterIndexes,

    /// <summary>After everything of the tables: views, triggers, and functions that need them.</summary>
    Last,
}

/// <param name="Kind"><c>type</c>, <c>function</c>, <c>view</c>, <c>trigger</c>, …</param>
/// <param name="Name">Its name at the target; a function's with its arguments, a trigger's alone.</param>
/// <param name="Sql">Makes it.</param>
public sealed record ObjectPlan(string Kind, string Name, ObjectStage Stage, string Sql)
{
    /// <summary>The table at the target that it belongs to and goes with.</summary>
    public string? Table { get; init; }

    /// <summary>Removes it; null where it goes with its table.</summary>
    public string? DropSql { get; init; }

    /// <summary>A table, view or sequence stands in the tables' name space.</summary>
    public bool IsRelation { get; init; }
}

/// <param name="Name">Its name at the target.</param>
/// <param name="Definition">Type, start, step, bounds, cache, word for word.</param>
/// <param name="Last">The last value that was given, or the next where <paramref name="IsCalled"/> is false.</param>
public sealed record SequencePlan(string Name, string Definition, long Last, bool IsCalled)
{
    /// <summary>The table and column at the target that it belongs to.</summary>
    public string? Table { get; init; }

    public string? Column { get; init; }

    /// <summary>Numbers go on being given out at the source: the target may be further.</summary>
    public bool GoesOn { get; init; }

    /// <summary>It is an identity column's, and made with its table.</summary>
    public bool Identity { get; init; }
}
