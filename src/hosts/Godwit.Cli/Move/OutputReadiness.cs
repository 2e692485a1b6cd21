using System.Security.Cryptography;
using Godwit.Cli.Move.Sources;
using Godwit.Model.Findings;
using Godwit.Security.Signing;

namespace Godwit.Cli.Move;

/// <summary>Sees that everything a move writes on this machine can be written, before hours are spent on what then cannot be certified.</summary>
internal static class OutputReadiness
{
    /// <summary>The files beside a database that belong to it.</summary>
    private static readonly string[] OfTheSource = ["", "-wal", "-shm", "-journal"];

    public static IReadOnlyList<Finding> Check(MoveRequest request) =>
        [.. ProtectSource(request), .. Obstacles(request).Select(o => Finding.Error(FindingCodes.OutputUnwritable, o, remedy: "Go to a folder of your own, or name others with --certificate, --not-moved and GODWIT_HOME."))];

    /// <summary>Nothing that is written may be the source itself: it is only read, whatever was typed.</summary>
    public static IReadOnlyList<Finding> ProtectSource(MoveRequest request)
    {
        if (SourceAddress.IsUrl(request.From)) return [];
        var source = RealPath(request.From);
        return
        [
            .. new[] { ("--certificate", CertificateOutput.PathOf(request)), ("--not-moved", NotMovedOutput.PathOf(request)) }
                .Where(o => OfTheSource.Any(suffix => RealPath(o.Item2) == source + suffix))
                .Select(o => Finding.Error(FindingCodes.OutputUnwritable, $"{o.Item1} names the source itself, {o.Item2}, which would be overwritten.", remedy: $"Name another file with {o.Item1}.")),
        ];
    }

    private static string RealPath(string path)
    {
        var full = Path.GetFullPath(path);
        try
        {
            var folder = Path.GetDirectoryName(full) is { } parent ? new DirectoryInfo(parent).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? parent : "";
            var file = Path.Combine(folder, Path.GetFileName(full));
            return File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
        }
        catch (IOException)
        {
            return full;
        }
    }

    private static IEnumerable<string> Obstacles(MoveRequest request)
    {
        foreach (var path in new[] { Path.Combine(RunPointer.RunsFolder, "run.json"), CertificateOutput.PathOf(request), NotMovedOutput.PathOf(request) })
        {
            if (Obstacle(path) is { } obstacle) yield return $"{path} cannot be written: {obstacle}";
        }
        if (KeyObstacle() is { } key) yield return key;
    }

    private static string? Obstacle(string path)
    {
        try
        {
            if (Directory.Exists(path)) return "it is a folder";
            var folder = Path.GetDirectoryName(path)!;
            // Made when it is needed; a move that is refused leaves no folder behind.
            while (folder.StartsWith(RunPointer.Folder, StringComparison.Ordinal) && !Path.Exists(folder)) folder = Path.GetDirectoryName(folder)!;
            // Asking for rights says less than trying: disks are full, file systems read-only.
            using var trial = new FileStream(
                Path.Combine(folder, $".godwit-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            trial.WriteByte(0);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }

    private static string? KeyObstacle()
    {
        try
        {
            using var key = SigningKeyFile.LoadOrCreate(GodwitHome.Folder());
            return null;
        }
        catch (SigningKeyException fault)
        {
            return fault.Message;
        }
    }
}
