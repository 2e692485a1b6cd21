using Godwit.Engine.Requests;

namespace Godwit.Engine.Tests.Requests;

public sealed class RequestFileTests
{
    [Fact]
    public void All_that_is_wrong_is_found_at_once_each_with_its_place()
    {
        var (file, findings) = RequestFileReader.Read("""
            godwit: 1
            variables:
              password: hunter2hunter
              who: {env: WHO}
            scenarios:
              - name: visitor
                requests:
                  - name: login
                    method: POST
                    path: login
                    headers: {Authorization: Bearer abcdef}
                    json: '{"name": "${hwo}", "age": ${who}}'
                    form: {a: b}
                    expect: {headers: {Location: {matches: "("}}, json: [{at: /x, expect: "${token}"}]}
                    capture: {token: {json: /token}}
                  - name: login
                    path: /x?api_key=abc&id=${token}
              - name: visitor
                requests: [{name: home, path: "${"}]
            """, "r.yaml");
        Assert.Null(file);
        Assert.Equal(
        [
            "r.yaml:10:15 GW1881 A path begins with /, or is a variable alone",
            "r.yaml:11:34 GW1607 \"Authorization\" is the name of a secret, and its value stands in the file",
            "r.yaml:12:15 GW1881 There is no variable \"hwo\" here",
            "r.yaml:12:15 GW1881 What is sent is no JSON: line 1 of it",
            "r.yaml:13:15 GW1881 A request sends one of json and form",
            "r.yaml:14:48 GW1881 The regular expression is none",
            "r.yaml:14:79 GW1881 There is no variable \"token\" here",
            "r.yaml:16:15 GW1881 Two requests of a scenario have the name \"login\"",
            "r.yaml:17:15 GW1607 \"api_key\" is the name of a secret, and its value stands in the file",
            "r.yaml:18:11 GW1881 Two scenarios have the name \"visitor\"",
            "r.yaml:19:35 GW1881 A path begins with /, or is a variable alone",
            "r.yaml:19:35 GW1881 After ${ there is no variable's name that ends with }",
            "r.yaml:3:13 GW1607 \"password\" is the name of a secret, and its value stands in the runbook",
        ], findings.Select(f => $"{f.Place} {f.Code} {f.Message}").Order(StringComparer.Ordinal));
        Assert.Contains(findings, f => f.Remedy == "Did you mean \"who\"?");
    }

    [Fact]
    public void What_the_shape_does_not_have_is_found_too()
    {
        var (file, findings) = RequestFileReader.Read("godwit: 1\nscenarios:\n  - name: a\n    requests: [{name: b, pth: /, method: get}]\n", "r.yaml");
        Assert.Null(file);
        Assert.Equal(["GW1604 4:16", "GW1603 4:26", "GW1602 4:42"], findings.Select(f => $"{f.Code} {((Model.Findings.Place.InFile)f.Place!).Line}:{((Model.Findings.Place.InFile)f.Place!).Column}"));
    }

    [Theory]
    [InlineData("a ${x} b $${x} ${y}${x}", "a 1 b ${x} 2/1")]
    [InlineData("", "")]
    [InlineData("$x {x}", "$x {x}")]
    public void Variables_are_filled_in_once(string text, string filled) =>
        Assert.Equal(filled, VariableText.Parse(text).Fill(new Dictionary<string, string>(StringComparer.Ordinal) { ["x"] = "1", ["y"] = "2/" }));
}
