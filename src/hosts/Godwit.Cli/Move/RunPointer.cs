using System.Text.Json;
using System.Text.Json.Serialization;

namespace Godwit.Cli.Move;

/// <summary>
/// <c>.godwit/run.json</c>: where a bare <c>godwit resume</c> finds its run. It names the run, the source and the target's URL, and holds no secret.
/// </summary>
internal sealed record RunPointer
{
    public required Guid Run { get; init; }

    public required MoveRequest Request { get; init; }

    public static string Folder => Path.Combine(Environment.CurrentDirectory, ".godwit");

    public static string File => Path.Combine(Folder, "run.json");

    /// <summary>Where private copies of a source are made.</summary>
    public static string ScratchFolder => Path.Combine(Folder, "scratch");

    public void Write()
    {
        Directory.CreateDirectory(Folder);
        var draft = $"{File}.{Environment.ProcessId}";
        using (var stream = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(stream, this, RunPointerJson.Default.RunPointer);
            // A power cut must not leave an empty pointer to a run that is in the target.
            stream.Flush(flushToDisk: true);
        }
        System.IO.File.Move(draft, File, overwrite: true);
    }

    public static RunPointer? Read()
    {
        try
        {
            return JsonSerializer.Deserialize(System.IO.File.ReadAllText(File), RunPointerJson.Default.RunPointer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The run is over: there is nothing to go on with.</summary>
    public static void Remove(Guid run)
    {
        if (Read()?.Run != run) return;
        System.IO.File.Delete(File);
        // Drafts of runners that were killed while they wrote.
        foreach (var draft in Directory.EnumerateFiles(Folder, "run.json.*")) System.IO.File.Delete(draft);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RunPointer))]
[JsonSerializable(typeof(RunOrigin))]
internal sealed partial class RunPointerJson : JsonSerializerContext;
