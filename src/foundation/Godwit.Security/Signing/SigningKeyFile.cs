using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Godwit.Security.Files;

namespace Godwit.Security.Signing;

/// <summary>The user's own key, <c>signing-key.pem</c> in <see cref="GodwitHome"/>: made on first use, mode 0600 in a folder of mode 0700.</summary>
public static partial class SigningKeyFile
{
    public const string FileName = "signing-key.pem";
    private const int NoSuchFile = 2, FileExists = 17;
    private const string DraftPrefix = "." + FileName + ".";

    /// <summary>The key of <paramref name="home"/>, made when there is none. Any number of processes at once end with the same key.</summary>
    /// <exception cref="SigningKeyException">The key or its folder is open to others, or the file holds no usable key.</exception>
    public static SigningKey LoadOrCreate(string home)
    {
        var path = Path.Combine(home, FileName);
        try
        {
            var key = Load(home) ?? Create(home, path);
            RemoveDrafts(home);
            return key;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SigningKeyException($"the signing key {path} cannot be read or made: {e.Message}", e);
        }
    }

    /// <summary>The key of <paramref name="home"/>, or null when there is none.</summary>
    /// <exception cref="SigningKeyException">As <see cref="LoadOrCreate"/>.</exception>
    public static SigningKey? Load(string home)
    {
        var path = Path.Combine(home, FileName);
        if (!File.Exists(path))
            return null;
        RefuseFolderWritableByOthers(home);
        try
        {
            return PrivateKeyFile.Read(path, "the signing key", "chmod 600 it, or remove it when others may have read it; a new one is then made", "restore it, or remove it and a new one is made");
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static SigningKey Create(string home, string path)
    {
        Directory.CreateDirectory(home, PrivateKeyFile.OwnerOnly | UnixFileMode.UserExecute);
        RefuseFolderWritableByOthers(home);
        using var key = SigningKey.Create();
        var draft = Path.Combine(home, $"{DraftPrefix}{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");
        try
        {
            PrivateKeyFile.Write(draft, key);
            // link(2) is atomic and fails when the name is taken, so the first of several processes wins with a whole file;
            // File.Move without overwrite looks first and renames after, and could replace another's key. A draft that is gone was removed by whoever won.
            if (Link(draft, path) != 0 && Marshal.GetLastPInvokeError() is var error and not (FileExists or NoSuchFile))
                throw new SigningKeyException($"the signing key {path} cannot be made: {Marshal.GetPInvokeErrorMessage(error)}");
            FolderSync.Flush(home);
        }
        finally
        {
            File.Delete(draft);
        }
        return Load(home) ?? throw new SigningKeyException($"the signing key {path} was removed while it was being made");
    }

    /// <summary>What processes that were killed while they made a key have left. Once there is a key, a draft is nobody's: whoever still writes one takes the key that is there.</summary>
    private static void RemoveDrafts(string home)
    {
        try
        {
            foreach (var draft in Directory.EnumerateFiles(home, DraftPrefix + "*")) File.Delete(draft);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A home that this user only reads is tidied by somebody else; the key is usable all the same.
            return;
        }
    }

    private static void RefuseFolderWritableByOthers(string home)
    {
        var mode = File.GetUnixFileMode(home);
        if ((mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != UnixFileMode.None)
            throw new SigningKeyException($"the folder {home} of the signing key can be written by others (mode {PrivateKeyFile.Octal(mode)}): chmod 700 it");
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string created);
}
