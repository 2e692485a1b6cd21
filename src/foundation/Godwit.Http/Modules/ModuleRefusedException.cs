namespace Godwit.Http.Modules;

/// <summary>A module finds that the host may not start.</summary>
/// <param name="message">What is wrong and what to do: it is shown to who starts the host, and logged. No value of a setting, no address.</param>
public sealed class ModuleRefusedException(string message) : Exception(message);
