// Package train teaches a captioner.
//
// Trainer is the core: a network, its optimiser and the average of its weights,
// taught one batch a step. Run puts a run around it: it opens the data, decides
// rates and what is frozen from epoch to epoch, checks the model on the
// validation split by free decoding, and keeps a folder of checkpoints from
// which a stopped run goes on exactly. Listeners hear how a run goes.
//
// Arrows among the files point one way, and no file reaches into another's state:
// run.go and its like know all; state.go and what listens know the trainer and
// events; trainer.go, pass.go and the objectives know neither files nor logs;
// schedule.go is functions of settings and progress. TestArrows has the order.
package train
