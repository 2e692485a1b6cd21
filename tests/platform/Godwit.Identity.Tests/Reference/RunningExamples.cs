using System.Net;
using System.Text.Json.Nodes;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Reference;

/// <summary>Sends the document's own examples, and holds what comes against its schemas.</summary>
internal sealed class RunningExamples(IdentityHost host, JsonNode document)
{
    private readonly SchemaCheck _schemas = new(document);

    public HashSet<string> Sent { get; } = new(StringComparer.Ordinal);

    /// <param name="operation">Such as <c>POST /v1/auth/login</c>.</param>
    /// <param name="bearer">A token; null for what is for everybody.</param>
    /// <param name="id">What stands for <c>{id}</c>.</param>
    /// <param name="role">What stands for <c>{role}</c>.</param>
    /// <param name="real">What only this server knows, in place of what the example makes up.</param>
    public async Task<Answer> SendAsync(string operation, string? bearer = null, Guid? id = null, string? role = null, params (string Field, JsonNode? Value)[] real)
    {
        var (method, path) = (operation[..operation.IndexOf(' ', StringComparison.Ordinal)], operation[(operation.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        var said = document["paths"]![path]?[method.ToLowerInvariant()];
        Assert.True(said is not null, $"{operation} is not in the document");
        string? body = null;
        if (said["requestBody"]?["content"]?["application/json"] is { } taken)
        {
            Assert.True(taken["example"] is not null, $"{operation} has no example: give it one in its .Says(...)");
            var example = taken["example"]!.DeepClone().AsObject();
            foreach (var (field, value) in real)
            {
                Assert.True(example.ContainsKey(field), $"{operation}: the example has no {field}");
                example[field] = value?.DeepClone();
            }
            Check(operation, example, taken["schema"]);
            body = example.ToJsonString();
        }
        var answer = await host.SendAsync(new HttpMethod(method), path.Replace("{id}", id?.ToString(), StringComparison.Ordinal).Replace("{role}", role, StringComparison.Ordinal).Replace("{provider}", "acme", StringComparison.Ordinal), body, bearer);
        var status = ((int)answer.Status).ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(answer.Status < HttpStatusCode.BadRequest, $"{operation}: {status} {answer.Text}");
        Assert.True(said["responses"]![status] is not null, $"{operation} answers {status}, which the document does not say");
        if (said["responses"]![status]!["content"]?["application/json"]?["schema"] is { } schema) Check(operation, JsonNode.Parse(answer.Text), schema);
        Sent.Add(operation);
        return answer;
    }

    private void Check(string operation, JsonNode? value, JsonNode? schema)
    {
        var faults = _schemas.Faults(value, schema).ToList();
        Assert.True(faults.Count == 0, $"{operation}:\n{string.Join('\n', faults)}\n{value?.ToJsonString()}");
    }
}
