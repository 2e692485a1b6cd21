using System.Security.Cryptography;

namespace Godwit.Postgres.Clusters;

/// <summary>Small files that only their owner reads, replaced as a whole: a reader sees the old one or the new one.</summary>
public static class PrivateFiles
{
    public const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute;

    /// <summary>Others may pass through to what they own inside, but not list.</summary>
    public const UnixFileMode PassableMode = FolderMode | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static void Write(string path, string text)
    {
        var draft = $"{path}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        using (var stream = new FileStream(draft, new FileStreamOptions { Mode = System.IO.FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = FileMode }))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }

    /// <summary>The file's text without the line's end; null when there is none.</summary>
    public static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd('\n') is { Length: > 0 } text ? text : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The secret in the file, made when there is none: 192 random bits in hexadecimal, which need no quoting anywhere.</summary>
    public static string ReadOrMakeSecret(string path)
    {
        if (Read(path) is { } existing)
            return existing;
        var secret = RandomNumberGenerator.GetHexString(48, lowercase: true);
        Write(path, secret + "\n");
        return secret;
    }
}
