using System.Text.Json;
using System.Text.Json.Serialization;
using Godwit.Cli.Move.Sources;
using Godwit.Postgres.Sourcing;
using Godwit.Security.Files;
using Godwit.Sqlite.Opening;

namespace Godwit.Cli.Move;

/// <summary>
/// <c>.godwit/runs/RUN.json</c>, one for each run that was begun here and is not over: where a bare <c>godwit resume</c> finds it. It names the run, the source and
/// the target's URL, and holds no secret.
/// </summary>
internal sealed record RunPointer
{
    /// <summary>Another process that tidies up may take an empty folder away at any time.</summary>
    private const int Attempts = 10;

    public required Guid Run { get; init; }

    public required MoveRequest Request { get; init; }

    public static string Folder => Path.Combine(Environment.CurrentDirectory, ".godwit");

    public static string RunsFolder => Path.Combine(Folder, "runs");

    /// <summary>Where private copies of a source are made.</summary>
    public static string ScratchFolder => Path.Combine(Folder, "scratch");

    private string File => Path.Combine(RunsFolder, $"{Run}.json");

    public static RunPointer To(Guid run, MoveRequest request) => new() { Run = run, Request = request with { From = SourceAddress.Absolute(request.From) } };

    public void Write()
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(this, RunPointerJson.Default.RunPointer);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Directory.CreateDirectory(RunsFolder);
                Replace(bytes);
                return;
            }
            catch (Exception fault) when (fault is DirectoryNotFoundException or FileNotFoundException && attempt < Attempts)
            {
                // Tidied away between two steps: once more.
                continue;
            }
        }
    }

    /// <summary>Also what another process is about to remove, or has just removed.</summary>
    public static IReadOnlyList<RunPointer> All() =>
        [.. Files("*.json").Order(StringComparer.Ordinal).Select(Read).OfType<RunPointer>()];

    /// <summary>The run is over: there is nothing to go on with.</summary>
    public static void Remove(Guid run)
    {
        foreach (var file in Files($"{run}.json*")) System.IO.File.Delete(file);
    }

    /// <summary>Runs of this target that this one follows: they are over, or it could not have begun.</summary>
    public void RemoveFormer()
    {
        foreach (var former in All().Where(p => p.Run != Run && p.Request.To == Request.To && p.Request.Schema == Request.Schema)) Remove(former.Run);
    }

    /// <summary>Takes away what holds nothing any more: drafts of processes that were killed, and empty folders.</summary>
    public static void Tidy()
    {
        foreach (var draft in Files("*").Where(f => int.TryParse(Path.GetExtension(f).TrimStart('.'), out var process) && !Directory.Exists($"/proc/{process}"))) System.IO.File.Delete(draft);
        foreach (var folder in new[] { RunsFolder, ScratchFolder, Folder })
        {
            try
            {
                if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Another process has just put something there, or the folder is not ours: it stays.
                return;
            }
        }
    }

    /// <summary>What a person types about a run of this target, from any folder: <c>godwit resume --to '…'</c>.</summary>
    public static string Command(string verb, string to, string schema) =>
        $"godwit {verb} --to {Quote(to)}" + (schema is "public" ? "" : $" --schema {Quote(schema)}");

    /// <summary>The same, as short as it may be in this folder.</summary>
    public string Command(string verb) => All() is [var only] && only.Run == Run ? $"godwit {verb}" : Command(verb, Request.To, Request.Schema);

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string[] Files(string pattern)
    {
        try
        {
            return Directory.GetFiles(RunsFolder, pattern);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static RunPointer? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(file), RunPointerJson.Default.RunPointer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private void Replace(byte[] bytes)
    {
        var draft = $"{File}.{Environment.ProcessId}";
        using (var stream = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            stream.Write(bytes);
            // A power cut must not leave an empty pointer to a run that is in the target.
            stream.Flush(flushToDisk: true);
        }
        System.IO.File.Move(draft, File, overwrite: true);
        foreach (var folder in new[] { RunsFolder, Folder, Environment.CurrentDirectory }) FolderSync.Flush(folder);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RunPointer))]
[JsonSerializable(typeof(RunOrigin))]
[JsonSerializable(typeof(SourceFingerprint))]
[JsonSerializable(typeof(SourceStamp))]
internal sealed partial class RunPointerJson : JsonSerializerContext;
