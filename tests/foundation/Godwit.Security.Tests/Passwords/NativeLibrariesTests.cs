using Godwit.Security.Passwords;
using Godwit.Security.Passwords.Native;

namespace Godwit.Security.Tests.Passwords;

public sealed class NativeLibrariesTests
{
    [Fact]
    public void Of_a_library_that_is_missing_the_package_is_named()
    {
        var refusal = Assert.Throws<PasswordLibraryException>(() => NativeLibraries.Call<int>("libsodium23", () => throw new DllNotFoundException("no such file")));
        Assert.Contains("apt-get install libsodium23", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(7, NativeLibraries.Call("libsodium23", () => 7));
    }
}
