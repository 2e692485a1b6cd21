using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Godwit.Security.Files;

namespace Godwit.Security.Keyring.Masters;

/// <summary>
/// A master key in a file: 32 bytes in hexadecimal, base64 or base64url, mode 0600, no link, of the user that runs this, in a folder of that user or of root that nobody else may write.
/// </summary>
public static partial class MasterKeyFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int FileExists = 17;

    /// <exception cref="MasterKeyException">There is no such file, or it is not as above.</exception>
    public static LocalMasterKey Load(string path) => Find(path) ?? throw new MasterKeyException($"there is no master key {path}");

    /// <summary>Makes a master key there. One that is there stays, whoever asks.</summary>
    /// <exception cref="MasterKeyException">There is a file of that name, or it cannot be written.</exception>
    public static LocalMasterKey Create(string path)
    {
        var key = LocalMasterKey.Create();
        try
        {
            if (!TryWrite(path, key)) throw new MasterKeyException($"there is a file {path} already: a master key is never overwritten");
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Puts a key that was restored there.</summary>
    /// <exception cref="MasterKeyException">There is a file of that name, or it cannot be written.</exception>
    public static void Save(string path, LocalMasterKey key)
    {
        if (!TryWrite(path, key)) throw new MasterKeyException($"there is a file {path} already: a master key is never overwritten");
    }

    /// <returns>Null when there is no such file.</returns>
    internal static LocalMasterKey? Find(string path)
    {
        byte[]? text = null;
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path));
            if (folder is not null && Directory.Exists(folder)) RequireOwn(folder);
            text = OwnFile.Read(path, KeyText.Longest);
            if (text is not null && folder is not null) RemoveDrafts(folder, path);
            return text is null ? null : KeyText.Read(text);
        }
        catch (OwnFileException e)
        {
            throw new MasterKeyException($"the master key cannot be used: {e.Message}", mayRetry: false, e);
        }
        catch (MasterKeyException e) when (!e.Message.Contains("master key", StringComparison.Ordinal))
        {
            throw new MasterKeyException($"the file {path} holds no master key: {e.Message}", mayRetry: false, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MasterKeyException($"the master key {path} cannot be read: {e.Message}", mayRetry: true, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    private static void RequireOwn(string folder)
    {
        if ((File.GetUnixFileMode(folder) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != UnixFileMode.None)
            throw new MasterKeyException($"the folder {folder} of the master key can be written by others, who could put another key there: chmod 700 it");
        // Whoever it belongs to may always give himself the right to write.
        if (FileStatus.Of(folder, follow: true) is { } status && status.Owner != 0 && status.Owner != FileStatus.CurrentUser)
            throw new MasterKeyException($"the folder {folder} of the master key belongs to another user, who could put another key there: chown it to the user that runs this");
    }

    /// <summary>
    /// A process that was killed right after it had made the key leaves a second name of the very file, which nobody would think of when the key is to be destroyed. Drafts of keys that never got the
    /// name are left alone: their processes may be running.
    /// </summary>
    private static void RemoveDrafts(string folder, string path)
    {
        if (FileStatus.Of(path, follow: false) is not { Links: > 1 } key) return;
        try
        {
            foreach (var draft in Directory.EnumerateFiles(folder, $".{Path.GetFileName(path)}.*"))
            {
                if (FileStatus.Of(draft, follow: false) is { } status && status.IsSameFile(key)) File.Delete(draft);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The key is as good with the other name there: it stays for a start by who may write to the folder.
            return;
        }
    }

    /// <returns>False when there is a file of that name.</returns>
    internal static bool TryWrite(string path, LocalMasterKey key)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var draft = Path.Combine(folder, $".{Path.GetFileName(path)}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");
        Span<byte> text = stackalloc byte[2 * LocalMasterKey.Length + 1];
        byte[]? bytes = null;
        try
        {
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
            bytes = key.Copy();
            Convert.TryToHexStringLower(bytes, text, out _);
            text[^1] = (byte)'\n';
            using (var stream = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly, BufferSize = 0 }))
            {
                stream.Write(text);
                stream.Flush(flushToDisk: true);
            }
            // Atomic, and fails when the name is taken: a key that wrapped something is never replaced, and the first of several processes wins.
            if (Link(draft, path) != 0)
            {
                var error = Marshal.GetLastPInvokeError();
                return error == FileExists ? false : throw new MasterKeyException($"the master key {path} cannot be made: {Marshal.GetPInvokeErrorMessage(error)}");
            }
            FolderSync.Flush(folder);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MasterKeyException($"the master key {path} cannot be made: {e.Message}", mayRetry: true, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
            CryptographicOperations.ZeroMemory(bytes);
            File.Delete(draft);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string created);
}
