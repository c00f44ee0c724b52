/** Text of a program that learns nothing, and says so by the protocol of events. */
export const PYTHON_PROGRAM = `import json, os, time
run, token = os.environ["LETHE_RUN"], os.environ["LETHE_TOKEN"]
open("started", "w").close()
with open(os.path.join(run, "stream.json")) as file:
    tasks = json.load(file)["tasks"]
def say(kind, **fields):
    with open(os.path.join(run, "events.jsonl"), "a") as log:
        log.write(json.dumps({"type": kind, "at": round(time.time() * 1000), **fields}) + "\\n")
half = [0.5] * len(tasks)
described = [{"name": t["name"], "classes": t["classes"], "train": 1, "test": 1} for t in tasks]
say("started", schema=1, token=token, backend={"name": "python", "version": "3"}, tasks=described, steps=[1] * len(tasks))
for task in range(len(tasks)):
    say("task-start", task=task, steps=1)
    say("task-end", task=task, accuracy=half, taskAware=half, memoryBytes=0)
say("ended", status="done", token=token)
`;
