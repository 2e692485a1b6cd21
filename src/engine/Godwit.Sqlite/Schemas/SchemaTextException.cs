namespace Godwit.Sqlite.Schemas;

/// <summary>A statement of the schema holds bytes that are no text, so names in it cannot be said in SQL or at the target.</summary>
public sealed class SchemaTextException(string kind, string name) : Exception($"the statement of the {kind} {name} is not valid UTF-8")
{
    public string Kind { get; } = kind;

    /// <summary>As far as it is text.</summary>
    public string Name { get; } = name;
}
