using Godwit.Security.Signing;

namespace Godwit.Identity.Archives;

/// <summary><c>godwit-server verify-archive FILE</c>, which <c>godwit audit verify-archive</c> becomes: whether an archive is as a host of this service signed it. Offline.</summary>
public static class VerifyArchiveCommand
{
    public const string Name = "verify-archive";

    /// <param name="arguments">The file.</param>
    /// <param name="home">The folder with the keys that may have signed (<see cref="KnownSigners"/>).</param>
    /// <param name="output">Where the result goes.</param>
    /// <param name="error">Where a fault goes.</param>
    /// <returns>0: it is as it was signed; 2: no file was named; 3: it is not; 4: it could not be looked at.</returns>
    public static int Run(IReadOnlyList<string> arguments, string home, TextWriter output, TextWriter error)
    {
        if (arguments is not [var path])
        {
            error.WriteLine("godwit-server verify-archive FILE");
            return 2;
        }
        try
        {
            using var file = File.OpenRead(path);
            var (manifest, fault) = ArchiveCheck.Of(file, KnownSigners.Load(home));
            output.WriteLine(fault is null ? "Verified: the archive is as it was signed." : $"NOT VERIFIED: {fault}");
            if (manifest is not null) output.WriteLine($"{manifest.Kind} of {manifest.Person}, made at {manifest.MadeAt}; {manifest.Files.Count} files, signed with {manifest.KeyId}");
            return fault is null ? 0 : 3;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SigningKeyException)
        {
            error.WriteLine($"error: the archive could not be looked at: {(e is SigningKeyException ? e.Message : "the file is not there, or cannot be read")}");
            return 4;
        }
    }
}
