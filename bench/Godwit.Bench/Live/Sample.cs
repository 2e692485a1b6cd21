using System.Runtime.InteropServices;

namespace Godwit.Bench.Live;

/// <summary>One request: times on the clock that all processes of the machine share (CLOCK_MONOTONIC).</summary>
/// <param name="Planned">When it was to begin, by the schedule; the application may have been late.</param>
/// <param name="Ended">When it was answered.</param>
/// <param name="IsWrite">1 or 0.</param>
/// <param name="Answered">1, or 0 when it failed.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct Sample(long Planned, long Ended, byte IsWrite, byte Answered)
{
    public double Milliseconds => (Ended - Planned) * 1000.0 / System.Diagnostics.Stopwatch.Frequency;

    public static void WriteAll(string path, IEnumerable<IReadOnlyList<Sample>> samples)
    {
        using var file = File.Create(path);
        foreach (var part in samples) file.Write(MemoryMarshal.AsBytes<Sample>(part.ToArray()));
    }

    public static Sample[] ReadAll(string path) => MemoryMarshal.Cast<byte, Sample>(File.ReadAllBytes(path)).ToArray();
}
