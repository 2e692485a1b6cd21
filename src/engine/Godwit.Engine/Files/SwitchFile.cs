using Godwit.Security.Files;

namespace Godwit.Engine.Files;

/// <summary>A small file that another program reads while it is replaced: it is the old or the new one, never a part of either.</summary>
public static class SwitchFile
{
    /// <summary>What was before has to fit into what a step remembers.</summary>
    public const int Largest = 32 * 1024;

    private const UnixFileMode Usual = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const string Mark = ".godwit-";

    /// <summary>Null when it is not there.</summary>
    /// <exception cref="IOException">It cannot be read, or is larger than <see cref="Largest"/>.</exception>
    public static async Task<byte[]?> ReadAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path)) return null;
        var content = await File.ReadAllBytesAsync(path, cancellation);
        return content.Length <= Largest ? content : throw new IOException($"{path} is larger than {Largest / 1024} KB, and could not be given back");
    }

    /// <summary>Puts it in place of what was there, on disk before anybody sees it; a link is followed, and the file keeps its owner, group and mode: whoever reads it has to go on reading it.</summary>
    /// <exception cref="IOException">It cannot be written, or not as its owner's.</exception>
    /// <param name="mode">Who may read and write one that was not there; null for everybody's usual rights.</param>
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation, UnixFileMode? mode = null)
    {
        var real = Resolve(path);
        ClearRemains(real);
        var beside = $"{real}{Mark}{Guid.NewGuid():N}";
        try
        {
            await using (var stream = new FileStream(beside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous, UnixCreateMode = FileIdentity.Of(real)?.Mode ?? mode ?? Usual }))
            {
                if (FileIdentity.Of(real) is { } former && former.GiveTo(beside) is { } why) throw new IOException($"{path} belongs to somebody else, and what replaces it could not: {why}");
                await stream.WriteAsync(content, cancellation);
                stream.Flush(flushToDisk: true);
            }
            File.Move(beside, real, overwrite: true);
            FolderSync.Flush(Path.GetDirectoryName(Path.GetFullPath(real))!);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    /// <summary>As it was: with its content, or away.</summary>
    public static async Task RestoreAsync(string path, byte[]? content, CancellationToken cancellation)
    {
        if (content is not null)
        {
            await WriteAsync(path, content, cancellation);
            return;
        }
        ClearRemains(Resolve(path));
        File.Delete(path);
    }

    private static string Resolve(string path) =>
        new FileInfo(path) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path : path;

    /// <summary>What was killed before it had put its file in place left it lying beside.</summary>
    private static void ClearRemains(string real)
    {
        var beginning = Path.GetFileName(real) + Mark;
        foreach (var remains in Directory.EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(real))!, $"*{Mark}*").Where(f => Path.GetFileName(f).StartsWith(beginning, StringComparison.Ordinal)).ToList())
            File.Delete(remains);
    }
}
