using Godwit.Engine.Steps;

namespace Godwit.Engine.Tests.Requests;

/// <summary>Variables of a test.</summary>
internal sealed class Given(params (string Name, string Value)[] variables) : IRunEnvironment
{
    public string? Find(string name) => variables.Where(v => v.Name == name).Select(v => v.Value).FirstOrDefault();
}
