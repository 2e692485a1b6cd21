using System.Runtime.InteropServices;

namespace Godwit.Sqlite.Tests.Opening;

/// <summary>
/// While this lives, the kernel checks what this thread does to files as it would for an ordinary user, root's tests included:
/// setfsuid(2) is a thread's own and takes root's right to every file away with it. For anybody else nothing changes.
/// </summary>
internal sealed partial class OrdinaryUser : IDisposable
{
    private const uint Nobody = 65534;

    private readonly uint _before;

    public OrdinaryUser()
    {
        Thread.BeginThreadAffinity();
        _before = Environment.IsPrivilegedProcess ? SetFileSystemUser(Nobody) : uint.MaxValue;
    }

    public void Dispose()
    {
        if (_before != uint.MaxValue) _ = SetFileSystemUser(_before);
        Thread.EndThreadAffinity();
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial uint SetFileSystemUser(uint user);
}
