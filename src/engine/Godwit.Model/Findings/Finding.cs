namespace Godwit.Model.Findings;

/// <summary>How much a finding weighs. Only <see cref="Error"/> stops a move.</summary>
public enum Severity
{
    /// <summary>Told for completeness: a choice that was made, a thing worth knowing.</summary>
    Note,

    /// <summary>The move goes on; behaviour differs in a way somebody should read about.</summary>
    Warning,

    /// <summary>The move does not start. <see cref="FindingCode.Acceptable"/> says whether <c>--accept</c> lifts it.</summary>
    Error,
}

/// <summary>Where a finding was made.</summary>
public abstract record Place
{
    private Place() { }

    /// <summary>A place in the data: a table, or one of its rows, or one value. <see cref="Row"/> is the rowid, or the place in the order of the key in a table without rowid, whose keys are values.</summary>
    public sealed record InTable(string Table, string? Row = null, string? Column = null) : Place
    {
        public override string ToString() =>
            Table + (Row is null ? "" : $", row {Row}") + (Column is null ? "" : $", column {Column}");
    }

    /// <summary>A place in a file; line and column count from 1.</summary>
    public sealed record InFile(string Path, int Line, int Column) : Place
    {
        public override string ToString() => $"{Path}:{Line}:{Column}";
    }

    /// <summary>A schema object that is not a table: a view, an index, a trigger.</summary>
    public sealed record InObject(string Kind, string Name) : Place
    {
        public override string ToString() => $"{Kind} {Name}";
    }
}

/// <summary>
/// One thing that a check saw. Findings are collected and reported together, never thrown one by one.
/// A message never holds a row's value: <see cref="Value"/> does, and is shown only when the user asks for values.
/// </summary>
public sealed record Finding
{
    public required FindingCode Code { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>One sentence that says what is the matter.</summary>
    public required string Message { get; init; }

    public Place? Place { get; init; }

    /// <summary>What to do about it.</summary>
    public string? Remedy { get; init; }

    /// <summary>The SQL of the source that the finding is about, word for word.</summary>
    public string? SourceText { get; init; }

    /// <summary>The row's value in question; printed only with <c>--show-values</c>.</summary>
    public string? Value { get; init; }

    /// <summary>The table that <c>--accept CODE:table</c> would name, when the finding belongs to one.</summary>
    public string? Table => Place is Place.InTable t ? t.Table : null;

    public static Finding Error(FindingCode code, string message, Place? place = null, string? remedy = null, string? sourceText = null) =>
        new() { Code = code, Severity = Severity.Error, Message = message, Place = place, Remedy = remedy, SourceText = sourceText };

    public static Finding Warning(FindingCode code, string message, Place? place = null, string? remedy = null, string? sourceText = null) =>
        new() { Code = code, Severity = Severity.Warning, Message = message, Place = place, Remedy = remedy, SourceText = sourceText };

    public static Finding Note(FindingCode code, string message, Place? place = null, string? remedy = null, string? sourceText = null) =>
        new() { Code = code, Severity = Severity.Note, Message = message, Place = place, Remedy = remedy, SourceText = sourceText };
}
