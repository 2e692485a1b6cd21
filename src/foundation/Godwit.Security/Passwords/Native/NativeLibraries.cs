namespace Godwit.Security.Passwords.Native;

/// <summary>Says which package to install where a library of the system is missing.</summary>
internal static class NativeLibraries
{
    public static bool IsMissing(Exception exception) => exception is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException;

    public static PasswordLibraryException Missing(string package, Exception exception) =>
        new($"a library that hashes passwords is missing: install {package} (apt-get install {package})", exception);

    public static T Call<T>(string package, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception e) when (IsMissing(e))
        {
            throw Missing(package, e);
        }
    }
}
