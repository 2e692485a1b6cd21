using System.Text.Json.Nodes;
using Godwit.Documents;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;

namespace Godwit.Engine.Runbooks;

/// <param name="Path">As findings name it.</param>
/// <param name="Below">The file's own folder in the runbook's, in normal form.</param>
internal sealed record RunbookSource(string Path, DocumentFolder Folder, string Below, YamlMapping Root, bool IsRoot);

/// <summary>A file that was read by its shape.</summary>
internal sealed record RunbookDocument(RunbookSource Source, JsonObject Value, IReadOnlyDictionary<string, Place.InFile> Places)
{
    public Place.InFile At(string pointer) => Places.TryGetValue(pointer, out var place) ? place : new Place.InFile(Source.Path, 1, 1);
}

/// <summary>Loads a runbook and all that it includes.</summary>
internal sealed class RunbookSources(string path, DocumentFolder folder)
{
    private const int MostFiles = 500;

    private readonly List<RunbookSource> _files = [];
    private readonly Dictionary<string, Place.InFile> _included = new(StringComparer.Ordinal);

    public List<Finding> Findings { get; } = [];

    /// <summary>Each file after those that it includes: the order in which their steps stand. Empty when the runbook itself cannot be read.</summary>
    public IReadOnlyList<RunbookSource> Load()
    {
        var normal = Path.GetFileName(path);
        Load(normal, path, [normal]);
        return _files is [.., { IsRoot: true }] ? _files : [];
    }

    private void Load(string normal, string shown, IReadOnlyList<string> chain)
    {
        var isRoot = chain.Count == 1;
        var below = BuiltInRunbooks.IsName(normal) ? "" : Path.GetDirectoryName(normal) ?? "";
        var reading = BuiltInRunbooks.IsName(normal) ? YamlReader.Read(BuiltInRunbooks.Read(normal), shown, FindingCodes.RunbookUnreadable) : YamlReader.ReadFile(shown, FindingCodes.RunbookUnreadable);
        Findings.AddRange(reading.Findings);
        if (reading.Root is not YamlMapping root)
        {
            if (reading.Root is { } other) Refuse(shown, other, $"The file must be a mapping, but is {other.Kind}");
            else if (reading.Findings.Count == 0) Refuse(shown, null, "The file is empty");
            return;
        }
        foreach (var item in (root["include"] as YamlSequence)?.Items.OfType<YamlScalar>() ?? [])
        {
            if (BuiltInRunbooks.IsName(item.Value))
            {
                Include(item.Value, new Place.InFile(shown, item.Line, item.Column), chain);
                continue;
            }
            // A path that leads nowhere, or out of the folder, is told by the shape.
            if (folder.Find(below, item.Value) is FolderFile.Found found) Include(found.Path, new Place.InFile(shown, item.Line, item.Column), chain);
        }
        _files.Add(new RunbookSource(shown, folder, below, root, isRoot));
    }

    private void Include(string normal, Place.InFile place, IReadOnlyList<string> chain)
    {
        if (chain.Contains(normal, StringComparer.Ordinal))
        {
            var circle = string.Join(" -> ", chain.SkipWhile(f => f != normal).Append(normal));
            Findings.Add(Finding.Error(FindingCodes.RunbookIncludes, $"Files include each other in a circle: {circle}", place, "Remove one of these includes"));
            return;
        }
        if (!_included.TryAdd(normal, place))
        {
            Findings.Add(Finding.Error(FindingCodes.RunbookIncludes, $"{normal} is included a second time, first in {_included[normal]}", place, "Include it once, before both files that need it"));
            return;
        }
        if (_included.Count == MostFiles)
            Findings.Add(Finding.Error(FindingCodes.RunbookIncludes, $"More than {MostFiles} files are included", place));
        if (_included.Count < MostFiles)
            Load(normal, BuiltInRunbooks.IsName(normal) ? normal : Path.Combine(Path.GetDirectoryName(path) ?? "", normal), [.. chain, normal]);
    }

    private void Refuse(string shown, YamlNode? node, string message) =>
        Findings.Add(Finding.Error(FindingCodes.RunbookUnreadable, message, new Place.InFile(shown, node?.Line ?? 1, node?.Column ?? 1), "godwit init writes an example"));
}
