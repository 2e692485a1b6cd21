using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Godwit.Engine.Invariants;

/// <summary>A state that must never be: going on would lose data, so the run stops here. Checked in release builds.</summary>
public sealed class InvariantException(string message) : Exception(message);

public static class Invariant
{
    /// <exception cref="InvariantException">The condition does not hold.</exception>
    public static void Holds([DoesNotReturnIf(false)] bool condition, string otherwise, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (!condition) throw new InvariantException($"{otherwise} ({Path.GetFileName(file)}:{line}); this is a defect of Godwit, and the run stops before it can do harm");
    }
}
