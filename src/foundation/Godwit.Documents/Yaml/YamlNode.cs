namespace Godwit.Documents;

/// <summary>A node of a YAML document. Line and column count from 1 and point at the node's first character.</summary>
public abstract record YamlNode(int Line, int Column)
{
    /// <summary>The kind of node as a message to a person names it.</summary>
    public abstract string Kind { get; }
}

/// <param name="IsPlain">Written without quotes and not as a block: only then may <c>null</c> or <c>3</c> mean more than the text.</param>
public sealed record YamlScalar(string Value, bool IsPlain, int Line, int Column) : YamlNode(Line, Column)
{
    public override string Kind => "a value";

    /// <summary>YAML's ways to write nothing (https://yaml.org/spec/1.2.2/#1032-tag-resolution).</summary>
    public bool IsNull => IsPlain && Value is "" or "~" or "null" or "Null" or "NULL";
}

public sealed record YamlSequence(IReadOnlyList<YamlNode> Items, int Line, int Column) : YamlNode(Line, Column)
{
    public override string Kind => "a list";
}

/// <summary>Entries in the order of the text; keys are distinct.</summary>
public sealed record YamlMapping(IReadOnlyList<YamlEntry> Entries, int Line, int Column) : YamlNode(Line, Column)
{
    public override string Kind => "a mapping";

    public YamlNode? this[string key] => Entries.FirstOrDefault(e => string.Equals(e.Key.Value, key, StringComparison.Ordinal))?.Value;
}

public sealed record YamlEntry(YamlScalar Key, YamlNode Value);
