using Godwit.Model.Findings;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Godwit.Documents;

/// <summary>Turns the parser's events into nodes and collects what is refused.</summary>
internal sealed class YamlTreeBuilder(string path, FindingCode code)
{
    public List<Finding> Findings { get; } = [];

    /// <summary>The first document's root, or null when there is none.</summary>
    public YamlNode? Build(Parser parser)
    {
        YamlNode? root = null;
        var documents = 0;
        while (parser.MoveNext())
        {
            switch (parser.Current)
            {
                case DocumentStart start:
                    if (++documents == 2) Add("A second document begins here; one file holds one document", start.Start);
                    break;
                case DocumentEnd or StreamStart or StreamEnd:
                    break;
                case { } other:
                    var node = ReadNode(parser, other, depth: 0);
                    if (documents == 1) root = node;
                    break;
            }
        }
        // A document of nothing but "---" or comments has one empty scalar.
        return root is YamlScalar { IsNull: true } ? null : root;
    }

    private YamlNode ReadNode(Parser parser, ParsingEvent current, int depth)
    {
        if (current is NodeEvent node) RefuseDecoration(node);
        switch (current)
        {
            case Scalar scalar:
                return ToScalar(scalar);
            case SequenceStart start:
                return ReadSequence(parser, start, depth + 1);
            case MappingStart start:
                return ReadMapping(parser, start, depth + 1);
            case AnchorAlias alias:
                Add("Aliases are not allowed; write the value out", alias.Start);
                return new YamlScalar("", IsPlain: true, LineOf(alias), ColumnOf(alias));
            default:
                throw new YamlException(current.Start, current.End, "unexpected " + current.GetType().Name);
        }
    }

    private YamlSequence ReadSequence(Parser parser, SequenceStart start, int depth)
    {
        CheckDepth(start, depth);
        var items = new List<YamlNode>();
        while (Next(parser) is not SequenceEnd) items.Add(ReadNode(parser, parser.Current!, depth));
        return new YamlSequence(items, LineOf(start), ColumnOf(start));
    }

    private YamlMapping ReadMapping(Parser parser, MappingStart start, int depth)
    {
        CheckDepth(start, depth);
        var entries = new List<YamlEntry>();
        var firstLines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (Next(parser) is not MappingEnd)
        {
            var keyEvent = parser.Current!;
            var key = ReadNode(parser, keyEvent, depth);
            var value = ReadNode(parser, Next(parser), depth);
            if (key is not YamlScalar name)
                Add($"A key is {key.Kind}; keys are plain words", keyEvent.Start);
            else if (name is { IsPlain: true, Value: "<<" })
                Add("Merge keys (<<) are not allowed; write the entries out", keyEvent.Start);
            else if (!firstLines.TryAdd(name.Value, name.Line))
                Add($"The key \"{name.Value}\" stands twice in this mapping, first in line {firstLines[name.Value]}", keyEvent.Start);
            else
                entries.Add(new YamlEntry(name, value));
        }
        return new YamlMapping(entries, LineOf(start), ColumnOf(start));
    }

    private void RefuseDecoration(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty) Add("Anchors are not allowed", node.Start);
        if (!node.Tag.IsEmpty) Add("Tags are not allowed", node.Start);
    }

    /// <summary>Too deep ends the reading at once: the tree is built by recursion.</summary>
    private static void CheckDepth(NodeEvent node, int depth)
    {
        if (depth > YamlLimits.Depth) throw new YamlException(node.Start, node.End, $"it nests deeper than {YamlLimits.Depth} levels");
    }

    private static ParsingEvent Next(Parser parser) =>
        parser.MoveNext() ? parser.Current! : throw new YamlException("the document ends too early");

    private static YamlScalar ToScalar(Scalar scalar) => new(scalar.Value, scalar.Style == ScalarStyle.Plain, LineOf(scalar), ColumnOf(scalar));

    private static int LineOf(ParsingEvent e) => (int)e.Start.Line;

    private static int ColumnOf(ParsingEvent e) => (int)e.Start.Column;

    private void Add(string message, in Mark mark) => Findings.Add(Finding.Error(code, message, YamlReader.Place(path, mark)));
}
