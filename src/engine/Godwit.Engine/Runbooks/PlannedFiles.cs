using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Rollback;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runbooks;

/// <summary>The files that the steps and gates of a runbook name, with their text.</summary>
internal sealed class PlannedFiles
{
    private const int LargestFile = 4 * 1024 * 1024;
    private const int LargestTogether = 64 * 1024 * 1024;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly SortedDictionary<string, PlannedFile> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private long _together;

    public IReadOnlyDictionary<string, PlannedFile> Files => _files;

    public List<Finding> Findings { get; } = [];

    public static PlannedFiles Read(Runbook runbook, RunbookKinds kinds)
    {
        var files = new PlannedFiles();
        if (runbook.Rollback is { } rollback) files.Read(runbook.Folder, rollback, RollbackShape.Shape, _ => null);
        foreach (var phase in runbook.Phases)
        {
            foreach (var gate in phase.Gates) files.Read(runbook.Folder, gate.Settings, kinds.Gate(gate.Kind).Shape, gate.At);
            foreach (var step in phase.Steps) files.Read(runbook.Folder, step.Settings, kinds.Step(step.Kind).Shape, step.At);
        }
        return files;
    }

    /// <summary>Whether all files of a step or gate are here: its kind looks into them, and may rely on finding them.</summary>
    public bool Hold(JsonObject settings, Shape shape) => ShapeFiles.Of(settings, shape).All(f => _files.ContainsKey(f.Path));

    private void Read(string folder, JsonObject settings, Shape shape, Func<string, Place.InFile?> at)
    {
        foreach (var (pointer, path) in ShapeFiles.Of(settings, shape))
        {
            if (_seen.Add(path)) Read(folder, path, at(pointer));
        }
    }

    private void Read(string folder, string path, Place.InFile? place)
    {
        // Looked for again: since the runbook was read, the file may have gone or become a link.
        var found = new DocumentFolder(folder);
        if (found.Find("", path) is not FolderFile.Found)
        {
            Findings.Add(Finding.Error(FindingCodes.RunbookNoFile, $"The file {path} is not there", place));
            return;
        }
        try
        {
            using var stream = File.OpenRead(found.FullPath(path));
            var bytes = new byte[Math.Min(stream.Length, LargestFile + 1L)];
            bytes = bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
            _together += bytes.Length;
            if (bytes.Length > LargestFile) Refuse($"The file {path} is larger than {LargestFile / 1024 / 1024} MB", place);
            else if (_together > LargestTogether) Refuse($"With {path}, the files are together larger than {LargestTogether / 1024 / 1024} MB", place);
            else if (bytes.AsSpan().Contains((byte)0)) Refuse($"The file {path} holds a NUL byte, which PostgreSQL's text cannot", place);
            else _files[path] = new PlannedFile(Convert.ToHexStringLower(SHA256.HashData(bytes)), Decode(bytes));
        }
        catch (DecoderFallbackException)
        {
            Refuse($"The file {path} is not valid UTF-8", place);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Refuse($"The file {path} cannot be read: {e.Message}", place);
        }
    }

    /// <summary>Without the byte order mark that some editors put in front: PostgreSQL takes it for a part of the first word.</summary>
    private static string Decode(byte[] bytes) => s_strict.GetString(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes);

    private void Refuse(string message, Place.InFile? place) =>
        Findings.Add(Finding.Error(FindingCodes.RunbookContent, message, place, "Save it as UTF-8, without large data in it"));
}
